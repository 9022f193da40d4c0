// Subscribes with the clients that JavaScript programs use, and prints what each was told, as JSON.
import { createClient as createSseClient } from "graphql-sse";
import { createClient as createSocketClient } from "graphql-ws";
import WebSocket from "ws";

const [url, socketUrl] = process.argv.slice(2);
const headers = { authorization: "Bearer anna" };
const sse = createSseClient({ url, headers });
const socket = createSocketClient({ url: socketUrl, webSocketImpl: WebSocket, connectionParams: headers });

async function told(client, query) {
  const results = [];
  try {
    for await (const result of client.iterate({ query })) results.push(result);
  } catch (error) {
    results.push({ thrown: error instanceof Error ? error.message : error });
  }
  return results;
}

const queries = ["subscription { count(to: 3) }", "{ whoami }", "subscription { nothing }"];
const answers = {};
for (const [name, client] of Object.entries({ sse, socket })) {
  answers[name] = [];
  for (const query of queries) answers[name].push(await told(client, query));
}
console.log(JSON.stringify(answers));
sse.dispose();
await socket.dispose();
