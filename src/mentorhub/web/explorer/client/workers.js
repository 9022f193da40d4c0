// Monaco's language services, each a file of this build. The names come from build.mjs.
const FILES = { graphql: GRAPHQL_WORKER, json: JSON_WORKER };

globalThis.MonacoEnvironment = {
  getWorker: (_id, label) => new Worker(new URL(FILES[label] ?? EDITOR_WORKER, import.meta.url)),
};
