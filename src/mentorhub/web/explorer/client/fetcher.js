// What GraphiQL calls to run an operation: it adds who asks, and sends subscriptions over a socket.
import { Kind, OperationTypeNode, parse } from "graphql";
import { ask, authorization, listen } from "./api.js";
import { token } from "./session.js";

export function fetcher(request, options) {
  const headers = authorized(options?.headers);
  const operation = operationOf(request);
  if (!operation) return ask(request, headers); // the service says what is wrong with it
  const named = { ...request, operationName: operation.name?.value };
  return operation.operation === OperationTypeNode.SUBSCRIPTION ? listen(named, headers) : ask(named, headers);
}

/** The tab's own headers; where they do not say who asks, the panel's session does. */
function authorized(headers = {}) {
  const bearer = token();
  return !bearer || authorization(headers) ? headers : { ...headers, Authorization: `Bearer ${bearer}` };
}

/** GraphiQL parses some while after a tab is opened: who runs it sooner must not run the last tab's operation. */
function operationOf({ query, operationName }) {
  let document;
  try {
    document = parse(query);
  } catch {
    return undefined;
  }
  const operations = document.definitions.filter(({ kind }) => kind === Kind.OPERATION_DEFINITION);
  return operations.length === 1 ? operations[0] : operations.find(({ name }) => name?.value === operationName);
}
