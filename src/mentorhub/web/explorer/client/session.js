// Who is signed in on this page. The token is held in memory alone, and gone with the page.
import { useSyncExternalStore } from "react";
import { ask } from "./api.js";

const SIGNED_OUT = { name: null, token: null };
const listeners = new Set();
let session = SIGNED_OUT;

export const token = () => session.token;

export function useSession() {
  return useSyncExternalStore(subscribe, () => session);
}

export async function signIn(email, password) {
  const { signIn: payload } = await answer({ query: SIGN_IN, variables: { input: { email, password } } });
  if (!payload?.token) throw new Error(payload?.userErrors.map((fault) => fault.message).join(" ") || "Not signed in.");
  become({ name: payload.viewer.user.name, token: payload.token });
}

export async function signOut() {
  const { token: last } = session;
  become(SIGNED_OUT);
  await answer({ query: SIGN_OUT }, { authorization: `Bearer ${last}` });
}

const SIGN_OUT = "mutation SignOut { signOut { userErrors { code } } }";
const SIGN_IN = `mutation SignIn($input: SignInInput!) {
  signIn(input: $input) { token viewer { user { name } } userErrors { message } }
}`;

async function answer(request, headers) {
  const { data, errors } = await ask(request, headers);
  if (errors?.length) throw new Error(errors.map((error) => error.message).join(" "));
  return data;
}

function become(next) {
  session = next;
  for (const listener of listeners) listener();
}

function subscribe(listener) {
  listeners.add(listener);
  return () => listeners.delete(listener);
}
