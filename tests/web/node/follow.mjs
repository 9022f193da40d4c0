// Follows the activity feed with four clients, each going on after the last event it has whenever it connects again.
// Prints a line for each event heard: which client, and the event's id. Ends once each client has heard as many as told.
import { ApolloClient, ApolloLink, InMemoryCache, gql } from "@apollo/client";
import { GraphQLWsLink } from "@apollo/client/link/subscriptions";
import { Client, subscriptionExchange } from "@urql/core";
import { createClient as createSseClient } from "graphql-sse";
import { createClient as createSocketClient } from "graphql-ws";
import { tap } from "rxjs";
import WebSocket from "ws";

// Apollo's link looks at it; Node has it from 22 on.
globalThis.WebSocket ??= WebSocket;

const [url, token, cursor, total] = process.argv.slice(2);
const headers = { authorization: `Bearer ${token}` };
const query = "subscription Feed($after: String) { activityFeed(after: $after) { id cursor } }";
// How long they wait between two tries is theirs to say; by default it is seconds.
const patience = { retryAttempts: Infinity, retryWait: () => new Promise((resolve) => setTimeout(resolve, 100)) };

const missing = {};

function heard(client, event) {
  console.log(JSON.stringify({ client, id: event.id }));
  missing[client] -= 1;
  if (Object.values(missing).every((number) => number === 0)) process.exit(0);
}

function failed(client, what) {
  console.error(`${client}: ${what instanceof Error ? what.stack : JSON.stringify(what)}`);
  process.exit(1);
}

function socketClient() {
  return createSocketClient({
    url: url.replace("http", "ws"),
    webSocketImpl: WebSocket,
    connectionParams: headers,
    shouldRetry: () => true,
    ...patience,
  });
}

const followers = {
  // A request that is sent again is the same object: what it asks for may have moved on.
  "graphql-ws"(next, sink) {
    const request = { query, variables: { after: cursor } };
    socketClient().subscribe(request, {
      ...sink,
      next: ({ data }) => {
        request.variables.after = data.activityFeed.cursor;
        next(data.activityFeed);
      },
    });
  },
  "graphql-sse"(next, sink) {
    const request = { query, variables: { after: cursor } };
    createSseClient({ url, headers, ...patience }).subscribe(request, {
      ...sink,
      next: ({ data }) => {
        request.variables.after = data.activityFeed.cursor;
        next(data.activityFeed);
      },
    });
  },
  "Apollo Client"(next, sink) {
    const resuming = new ApolloLink((operation, forward) =>
      forward(operation).pipe(tap(({ data }) => (operation.variables.after = data.activityFeed.cursor))),
    );
    const link = resuming.concat(new GraphQLWsLink(socketClient()));
    new ApolloClient({ link, cache: new InMemoryCache() })
      .subscribe({ query: gql(query), variables: { after: cursor }, fetchPolicy: "no-cache" })
      .subscribe({ ...sink, next: ({ data, error }) => (error ? sink.error(error) : next(data.activityFeed)) });
  },
  urql(next, sink) {
    const sockets = socketClient();
    const exchange = subscriptionExchange({
      forwardSubscription: ({ query, variables }) => ({
        subscribe(observer) {
          const request = { query, variables: { ...variables } };
          const unsubscribe = sockets.subscribe(request, {
            ...observer,
            next: (result) => {
              request.variables.after = result.data.activityFeed.cursor;
              observer.next(result);
            },
          });
          return { unsubscribe };
        },
      }),
    });
    new Client({ url, exchanges: [exchange], preferGetMethod: false })
      .subscription(query, { after: cursor })
      .subscribe(({ data, error }) => (error ? sink.error(error) : next(data.activityFeed)));
  },
};

for (const [client, follow] of Object.entries(followers)) {
  missing[client] = Number(total);
  follow((event) => heard(client, event), {
    error: (what) => failed(client, what),
    complete: () => failed(client, "it was told that there is no more"),
  });
}
