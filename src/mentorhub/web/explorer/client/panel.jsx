// The panel beside the editor: sign in once for all tabs, and open the examples by who would use them.
import { Button, useGraphiQL, useGraphiQLActions } from "@graphiql/react";
import { useEffect, useState } from "react";
import examples from "examples";
import { signIn, signOut, useSession } from "./session.js";

export const EXAMPLES = { title: "Examples", icon: Icon, content: Panel };

function Panel() {
  const activeTabIndex = useGraphiQL((state) => state.activeTabIndex);
  useEffect(() => {
    document.querySelector(".graphiql-tab-active")?.scrollIntoView({ inline: "nearest" });
  }, [activeTabIndex]);

  return (
    <section className="explorer-panel" aria-label="Examples">
      <SignIn />
      {[...Map.groupBy(examples, (example) => example.role)].map(([role, ofRole]) => (
        <Role key={role} role={role} examples={ofRole} />
      ))}
    </section>
  );
}

function SignIn() {
  const session = useSession();
  const [refusal, setRefusal] = useState("");

  const submit = async (event) => {
    event.preventDefault();
    const form = event.currentTarget;
    const { email, password } = Object.fromEntries(new FormData(form));
    setRefusal(await refusalOf(signIn(email, password)));
  };

  if (session.token) {
    return (
      <div className="explorer-session">
        <p>
          Signed in as <strong>{session.name}</strong>: every tab sends this session’s token, unless its own headers
          set <code>Authorization</code>.
        </p>
        <Button type="button" onClick={async () => setRefusal(await refusalOf(signOut()))}>
          Sign out
        </Button>
      </div>
    );
  }
  return (
    <form className="explorer-session" onSubmit={submit}>
      <input name="email" type="email" aria-label="Email" placeholder="Email" autoComplete="username" required />
      <input
        name="password"
        type="password"
        aria-label="Password"
        placeholder="Password"
        autoComplete="current-password"
        required
      />
      <Button type="submit">Sign in</Button>
      <p role="alert">{refusal}</p>
    </form>
  );
}

async function refusalOf(attempt) {
  try {
    await attempt;
    return "";
  } catch (error) {
    return error.message;
  }
}

function Role({ role, examples: ofRole }) {
  const tabs = useGraphiQL((state) => state.tabs);
  const { addTab, changeTab } = useGraphiQLActions();
  const editors = useGraphiQL(({ queryEditor, variableEditor }) => ({ queryEditor, variableEditor }));

  const open = (example) => {
    const index = tabs.findIndex((tab) => tab.title === example.operation);
    if (index >= 0) return changeTab(index);
    addTab();
    editors.queryEditor.setValue(example.query);
    editors.variableEditor.setValue(example.variables ?? "");
  };

  return (
    <>
      <h2>{role}</h2>
      <ul>
        {ofRole.map((example) => (
          <li key={example.operation}>
            <button type="button" title={example.note} onClick={() => open(example)}>
              {example.operation} <small>{example.kind}</small>
            </button>
          </li>
        ))}
      </ul>
    </>
  );
}

function Icon(props) {
  return (
    <svg viewBox="0 0 16 16" fill="none" stroke="currentColor" strokeWidth="1.2" strokeLinecap="round" {...props}>
      <rect x="1.5" y="2.5" width="13" height="11" rx="2" />
      <path d="M4 6h5M4 8.5h8M4 11h6" />
    </svg>
  );
}
