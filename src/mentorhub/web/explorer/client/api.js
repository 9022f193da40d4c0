// The API as the page reaches it: HTTP and graphql-transport-ws, at the same address.
import { createClient } from "graphql-ws";

const HTTP = new URL("graphql", document.baseURI).href;
const SOCKET = HTTP.replace(/^http/, "ws");

export async function ask(request, headers) {
  const response = await fetch(HTTP, {
    method: "POST",
    headers: {
      "content-type": "application/json",
      accept: "application/graphql-response+json, application/json;q=0.9",
      ...headers,
    },
    body: JSON.stringify(request),
  });
  return response.json();
}

/** The results of a subscription, and last, if it ends badly, why. */
export function listen(request, headers) {
  const results = createClient({
    url: SOCKET,
    connectionParams: payload(headers),
    // A socket that ends is shown as it ended; to go on from a cursor is the reader's choice.
    retryAttempts: 0,
  }).iterate(request);
  return {
    [Symbol.asyncIterator]() {
      return this;
    },
    next: () => results.next().catch((failure) => ({ done: false, value: { errors: errorsOf(failure) } })),
    return: () => results.return(),
  };
}

export function authorization(headers) {
  return Object.entries(headers).find(([name]) => name.toLowerCase() === "authorization")?.[1];
}

function payload(headers) {
  const Authorization = authorization(headers);
  return Authorization ? { Authorization } : {};
}

function errorsOf(failure) {
  if (Array.isArray(failure)) return failure;
  const message = failure instanceof CloseEvent ? `Closed with ${failure.code}: ${failure.reason}` : failure.message;
  return [{ message }];
}
