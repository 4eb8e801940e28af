import { acceptCompletion, autocompletion, closeBrackets, completionKeymap } from "@codemirror/autocomplete";
import { defaultKeymap, history, historyKeymap, insertNewlineAndIndent } from "@codemirror/commands";
import { bracketMatching } from "@codemirror/language";
import { setDiagnostics } from "@codemirror/lint";
import { Compartment, EditorState, Prec } from "@codemirror/state";
import { EditorView, keymap, placeholder, tooltips } from "@codemirror/view";
import { newCompleteStrategy, PromQLExtension } from "@prometheus-io/codemirror-promql";
import { useEffect, useRef } from "react";
import { authorization } from "../../api/token.ts";
import { quotingNames } from "./editor-complete.ts";
import { checkQuery, diagnosticsOf } from "./editor-check.ts";
import { hoverHelp } from "./editor-hover.ts";
import { editorTheme, syntaxColours } from "./editor-theme.ts";
import type { Note } from "./notes.ts";

export interface PromqlEditorProps {
  /** Names it for people who listen: `Query A`. */
  label: string;
  value: string;
  /** What the server said about `value`. */
  notes: readonly Note[];
  onChange: (value: string) => void;
  /** Enter. */
  onRun: () => void;
  /** Takes the focus when it comes, because it was asked for. */
  takesFocus: boolean;
}

/**
 * The PromQL editor. It lives in a shadow root: there CodeMirror brings its styles as constructed style sheets, which the
 * page's content policy allows, where in the document it would add style elements, which it does not.
 */
export default function PromqlEditor(props: PromqlEditorProps) {
  const host = useRef<HTMLDivElement>(null);
  const view = useRef<EditorView>(undefined);
  const latest = useRef(props);
  useEffect(() => {
    latest.current = props;
  });
  useEffect(() => {
    const element = host.current;
    if (element === null) return;
    const made = makeEditor(element, latest);
    view.current = made;
    return () => {
      made.destroy();
      view.current = undefined;
    };
  }, []);

  const { value, notes } = props;
  useEffect(() => {
    const editor = view.current;
    if (editor === undefined) return;
    if (editor.state.doc.toString() !== value)
      editor.dispatch({ changes: { from: 0, to: editor.state.doc.length, insert: value } });
    const own = checkQuery(value);
    editor.dispatch(setDiagnostics(editor.state, own.length > 0 ? own : diagnosticsOf(value, notes)));
  }, [value, notes]);
  return <div ref={host} className="promql-editor" />;
}

function makeEditor(host: HTMLElement, latest: { current: PromqlEditorProps }): EditorView {
  const root = host.shadowRoot ?? host.attachShadow({ mode: "open" });
  const tabbing = new Compartment();
  const state = EditorState.create({
    doc: latest.current.value,
    extensions: [
      history(),
      bracketMatching(),
      closeBrackets(),
      autocompletion({ icons: false, maxRenderedOptions: 60 }),
      language(),
      syntaxColours,
      editorTheme,
      hoverHelp,
      // Within the root, where their styles are.
      tooltips({ parent: root as unknown as HTMLElement }),
      EditorView.lineWrapping,
      EditorView.contentAttributes.of({ "aria-label": latest.current.label }),
      placeholder("A PromQL expression, for example rate(http_requests_total[5m])"),
      tabbing.of([]),
      Prec.highest(
        keymap.of([
          { key: "Tab", run: acceptCompletion },
          { key: "Shift-Enter", run: insertNewlineAndIndent },
        ]),
      ),
      // Completions take Enter first.
      keymap.of([
        ...completionKeymap,
        { key: "Enter", run: () => (latest.current.onRun(), true) },
        { key: "Mod-Enter", run: () => (latest.current.onRun(), true) },
        ...defaultKeymap,
        ...historyKeymap,
      ]),
      EditorView.updateListener.of((update) => {
        if (update.docChanged) latest.current.onChange(update.state.doc.toString());
      }),
    ],
  });
  const view = new EditorView({ state, parent: root, root });
  // The page's own keys must not hear what is typed here: from outside, the target is the host, not a text field.
  host.addEventListener("keydown", (event) => event.stopPropagation());
  if (latest.current.takesFocus) view.focus();
  return view;
}

/** Metric names, labels and values come from the server; our own checks replace the package's. */
function language() {
  const names = newCompleteStrategy({
    remote: {
      url: location.origin,
      httpMethod: "GET",
      fetchFn: (input, init) => fetch(input, { ...init, headers: authorization() }),
      httpErrorHandler: () => {
        // Completion without the server's names is still completion; the query itself will say what is wrong.
      },
    },
  });
  return new PromQLExtension()
    .activateLinter(false)
    .setComplete({ completeStrategy: quotingNames(names) })
    .asExtension();
}
