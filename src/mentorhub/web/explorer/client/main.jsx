// The page: GraphiQL with the examples as its first tabs, beside them a panel to sign in and to open them again.
import "graphiql/style.css";
import "./explorer.css";
import "./workers.js";
import { GraphiQL, HISTORY_PLUGIN } from "graphiql";
import { createRoot } from "react-dom/client";
import examples from "examples";
import { fetcher } from "./fetcher.js";
import { EXAMPLES } from "./panel.jsx";

const HEADERS = `// Sign in on the left, or paste a token:
// {"Authorization": "Bearer TOKEN"}
`;

createRoot(document.getElementById("explorer")).render(
  <GraphiQL
    fetcher={fetcher}
    defaultTabs={examples}
    defaultHeaders={HEADERS}
    plugins={[EXAMPLES, HISTORY_PLUGIN]}
    visiblePlugin={EXAMPLES}
    defaultEditorToolsVisibility="variables"
    // Tabs and history hold whatever is typed, passwords too: they end with the browser's tab.
    storage={window.sessionStorage}
  >
    <GraphiQL.Logo>
      <span className="explorer-name">MentorHub</span>
    </GraphiQL.Logo>
  </GraphiQL>,
);
