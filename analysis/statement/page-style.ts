/** Style of the page. Colours meet 4.5:1 on their background in both schemes; every coloured sign has a shape or a word. */
export const PAGE_STYLE = `
:root{--page:#fff;--ink:#16191f;--faint:#545b64;--line:#c6cad1;--panel:#f6f7f9;--row:#fff;--accent:#0a58ad;--good:#136c33;--warn:#8a4500;--never:#a31515}
@media (prefers-color-scheme:dark){:root{--page:#14171c;--ink:#e6e8eb;--faint:#a6adb8;--line:#414853;--panel:#1b1f26;--row:#14171c;--accent:#7db8f7;--good:#6fcf8e;--warn:#f0b060;--never:#ff8f8f}}
*{box-sizing:border-box}
body{margin:0 auto;max-width:1240px;padding:24px;background:var(--page);color:var(--ink);font:15px/1.5 system-ui,-apple-system,"Segoe UI","DejaVu Sans",sans-serif}
h1{margin:0;font-size:26px;overflow-wrap:break-word}
h2{margin:32px 0 8px;font-size:19px}
p{margin:6px 0}
.kicker{color:var(--faint);margin:0}
code{font:13px/1.45 ui-monospace,"SF Mono",Menlo,Consolas,"DejaVu Sans Mono",monospace;overflow-wrap:break-word;word-break:normal}
small,.none{color:var(--faint)}small.warn{color:var(--warn)}
.facts{list-style:none;display:flex;flex-wrap:wrap;gap:8px;padding:0;margin:12px 0}
.facts .plain{color:var(--faint)}
.facts li{border:1px solid currentColor;border-radius:14px;padding:2px 12px}
.good,.allow{color:var(--good)}.warn{color:var(--warn)}.deny{color:var(--never)}
figure{margin:20px 0}
figcaption{color:var(--faint);font-size:13px;margin-top:6px}
table{border-collapse:collapse;width:100%;margin:8px 0 16px;table-layout:fixed}
.permissions th:first-child{width:9%}.permissions th:nth-child(2){width:30%}.permissions th:nth-child(3){width:33%}
th{text-align:left;color:var(--faint);font-weight:600;font-size:13px}
th,td{border-bottom:1px solid var(--line);padding:6px 12px 6px 0;vertical-align:top}
td>div{overflow-wrap:break-word}
.picture{display:block;width:100%;height:auto}
.wide{max-width:1100px}
.slim{display:none;max-width:440px;margin:0 auto}
@media (max-width:760px){
body{padding:14px}
.wide{display:none}.slim{display:block}
table,tbody,tr,td{display:block;width:100%}
thead{position:absolute;left:-9999px}
tr{border:1px solid var(--line);border-radius:6px;margin:8px 0;padding:4px 10px}
td{border:0;padding:3px 0}
td:not([data-heading=""])::before{content:attr(data-heading);display:block;color:var(--faint);font-size:12px}
}
@media print{
:root{--page:#fff;--ink:#000;--faint:#444;--line:#999;--panel:#fff;--row:#fff;--accent:#000;--good:#000;--warn:#000;--never:#000}
body{max-width:none;padding:0;font-size:10.5pt}
.wide{display:block}.slim{display:none}
figure,tr,h2{break-inside:avoid}h2{break-after:avoid}
}
`.trim();
