import { HighlightStyle, syntaxHighlighting } from "@codemirror/language";
import { EditorView } from "@codemirror/view";
import { tags } from "@lezer/highlight";

/** The house's looks for CodeMirror. Custom properties reach into the shadow root; the page's style sheets do not. */
export const editorTheme = EditorView.theme({
  "&": { fontSize: "0.8125rem", color: "var(--text)", backgroundColor: "transparent" },
  "&.cm-focused": { outline: "none" },
  ".cm-scroller": { fontFamily: "var(--font-mono)", lineHeight: "1.5" },
  ".cm-content": { padding: "5px 0", caretColor: "var(--text)", fontVariantLigatures: "none" },
  ".cm-line": { padding: "0 10px" },
  ".cm-cursor": { borderLeftColor: "var(--text)" },
  ".cm-placeholder": { color: "var(--text-faint)" },
  "&.cm-focused .cm-matchingBracket": { backgroundColor: "var(--surface-active)" },
  "&.cm-focused .cm-nonmatchingBracket": { color: "var(--failed-text)", backgroundColor: "transparent" },
  ".cm-lintRange-error": underline("var(--failed)"),
  ".cm-lintRange-warning": underline("var(--unexplained)"),
  ".cm-lintRange-info": underline("var(--accent)"),
  ".cm-lintPoint:after": { display: "none" },
  ".cm-tooltip": {
    zIndex: "60",
    border: "1px solid var(--line)",
    borderRadius: "var(--radius-md)",
    backgroundColor: "var(--surface-raised)",
    boxShadow: "var(--shadow)",
    color: "var(--text)",
    fontFamily: "var(--font-sans)",
    fontSize: "var(--text-sm)",
  },
  ".cm-tooltip.cm-tooltip-autocomplete > ul": { padding: "4px", maxHeight: "260px", fontFamily: "var(--font-mono)" },
  ".cm-tooltip.cm-tooltip-autocomplete > ul > li": { padding: "3px 8px", borderRadius: "var(--radius-sm)" },
  ".cm-tooltip-autocomplete ul li[aria-selected]": { background: "var(--surface-selected)", color: "var(--text)" },
  ".cm-completionMatchedText": { textDecoration: "none", color: "var(--accent-text)", fontWeight: "600" },
  ".cm-completionDetail": { marginInlineStart: "12px", color: "var(--text-muted)", fontStyle: "normal" },
  ".cm-tooltip.cm-completionInfo": { maxWidth: "340px", padding: "8px 10px", lineHeight: "1.45" },
  ".cm-help": { maxWidth: "420px", padding: "8px 10px", lineHeight: "1.45", color: "var(--text-muted)" },
  ".cm-help-title": { color: "var(--text)", fontFamily: "var(--font-mono)", fontSize: "0.6875rem" },
  ".cm-diagnostic": { padding: "6px 10px", borderInlineStart: "3px solid transparent" },
  ".cm-diagnostic-error": { borderInlineStartColor: "var(--failed)" },
  ".cm-diagnostic-warning": { borderInlineStartColor: "var(--unexplained)" },
  ".cm-diagnostic-info": { borderInlineStartColor: "var(--accent)" },
});

function underline(color: string) {
  return {
    backgroundImage: "none",
    textDecoration: `underline wavy ${color}`,
    textDecorationThickness: "1px",
    textUnderlineOffset: "3px",
    textDecorationSkipInk: "none",
  };
}

export const syntaxColours = syntaxHighlighting(
  HighlightStyle.define([
    { tag: [tags.keyword, tags.modifier, tags.operatorKeyword], color: "var(--accent-text)", fontWeight: "500" },
    { tag: [tags.function(tags.variableName), tags.standard(tags.name)], color: "var(--accent-text)" },
    { tag: tags.labelName, color: "var(--running-text)" },
    { tag: tags.string, color: "var(--succeeded-text)" },
    { tag: [tags.number, tags.literal], color: "var(--lost-text)" },
    { tag: [tags.operator, tags.paren, tags.squareBracket, tags.brace, tags.separator], color: "var(--text-muted)" },
    { tag: tags.comment, color: "var(--text-faint)", fontStyle: "italic" },
  ]),
);
