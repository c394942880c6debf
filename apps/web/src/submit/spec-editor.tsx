/** A YAML editor that marks the lines of problems. Text in, text out; it knows no API. */
import { useEffect, useRef } from 'react';
import { yaml } from '@codemirror/lang-yaml';
import { HighlightStyle, syntaxHighlighting } from '@codemirror/language';
import { lintGutter, setDiagnostics } from '@codemirror/lint';
import { tags } from '@lezer/highlight';
import { basicSetup, EditorView } from 'codemirror';
import type { SpecProblem } from './spec-problem.js';

const colours = HighlightStyle.define([
  { tag: [tags.propertyName, tags.definition(tags.propertyName)], color: 'var(--accent)' },
  { tag: [tags.string, tags.content], color: 'var(--text)' },
  { tag: [tags.number, tags.bool, tags.null], color: 'var(--good)' },
  { tag: tags.comment, color: 'var(--muted)' },
]);

const theme = EditorView.theme({
  '&': { backgroundColor: 'var(--surface)', color: 'var(--text)', fontSize: '13px', height: '100%' },
  '.cm-content': { fontFamily: 'var(--mono)', caretColor: 'var(--text)' },
  '.cm-cursor': { borderLeftColor: 'var(--text)' },
  '.cm-gutters': { backgroundColor: 'var(--surface-2)', color: 'var(--muted)', border: '0' },
  '.cm-activeLine, .cm-activeLineGutter': { backgroundColor: 'var(--surface-2)' },
  '&.cm-focused .cm-selectionBackground, .cm-selectionBackground': {
    backgroundColor: 'light-dark(#c9dcf8, #2f4a73) !important',
  },
});

/** The editor; `text` is what it starts with. */
export function SpecEditor({
  text,
  problems,
  onChange,
}: {
  readonly text: string;
  readonly problems: readonly SpecProblem[];
  readonly onChange: (text: string) => void;
}) {
  const place = useRef<HTMLDivElement>(null);
  const view = useRef<EditorView | undefined>(undefined);
  const change = useRef(onChange);
  useEffect(() => {
    change.current = onChange;
  });
  useEffect(() => {
    if (place.current === null) return undefined;
    const editor = new EditorView({
      doc: text,
      parent: place.current,
      extensions: [
        basicSetup,
        yaml(),
        lintGutter(),
        theme,
        syntaxHighlighting(colours),
        EditorView.lineWrapping,
        EditorView.contentAttributes.of({ 'aria-label': 'Sweep spec in YAML', spellcheck: 'false' }),
        EditorView.updateListener.of((update) => {
          if (update.docChanged) change.current(update.state.doc.toString());
        }),
      ],
    });
    // The part that scrolls can be reached and scrolled by keyboard even where the text is not being edited.
    editor.scrollDOM.tabIndex = 0;
    view.current = editor;
    return () => editor.destroy();
  }, [text]);
  useEffect(() => {
    const editor = view.current;
    if (editor !== undefined)
      editor.dispatch(
        setDiagnostics(
          editor.state,
          problems.map((each) => toDiagnostic(editor, each)),
        ),
      );
  }, [problems]);
  return <div ref={place} className="spec-editor" />;
}

function toDiagnostic({ state }: EditorView, { line, detail, pointer }: SpecProblem) {
  const at = state.doc.line(Math.min(state.doc.lines, Math.max(1, line ?? 1)));
  const start = at.from + (/^\s*/.exec(at.text)?.[0].length ?? 0);
  return {
    from: start,
    to: Math.max(start, at.to),
    severity: 'error' as const,
    message: `${pointer} ${detail}`,
  };
}
