// How the report's page looks, light and dark, from 320 pixels on.
#pragma once

#include <string_view>

namespace s3c::cli {

inline constexpr std::string_view kReportStyle = R"(
:root { color-scheme: light dark; --back: #fbfbfa; --card: #ffffff; --text: #1f2328; --soft: #59636e; --rule: #d8dee4;
  --bar: #2f6fbf; --good: #1a7f5a; --bad: #c4412b; --plain: #8c959f; --area: #a9c7ea; --track: #eceff2; }
@media (prefers-color-scheme: dark) {
  :root { --back: #14171b; --card: #1c2127; --text: #e6e9ec; --soft: #9aa4af; --rule: #343b43;
    --bar: #6ea8f0; --good: #4cc38a; --bad: #f07a63; --plain: #77818c; --area: #2c4a6e; --track: #2a3038; }
}
* { box-sizing: border-box; }
body { margin: 0; background: var(--back); color: var(--text); font: 16px/1.5 system-ui, sans-serif;
  overflow-wrap: anywhere; }
main { max-width: 880px; margin: 0 auto; padding: 24px 16px 48px; }
h1 { font-size: 1.6rem; line-height: 1.25; margin: 0 0 4px; }
h2 { font-size: 1.15rem; margin: 0 0 12px; }
p { margin: 0 0 10px; }
.soft, caption, figcaption, .ends { color: var(--soft); font-size: .875rem; }
.badge { display: inline-block; border-radius: 999px; padding: 1px 12px; font-size: .875rem; font-weight: 600;
  border: 1px solid currentColor; }
.badge.good { color: var(--good); } .badge.bad { color: var(--bad); } .badge.plain { color: var(--soft); }
section { background: var(--card); border: 1px solid var(--rule); border-radius: 10px; padding: 18px 18px 12px;
  margin-top: 16px; }
.tiles { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(220px, 45%), 1fr)); gap: 12px; margin: 16px 0 0; }
.tiles div { background: var(--card); border: 1px solid var(--rule); border-radius: 10px; padding: 12px 14px; }
.tiles dt { color: var(--soft); font-size: .875rem; }
.tiles dd { margin: 0; font-size: 1.35rem; font-weight: 600; line-height: 1.3; font-variant-numeric: tabular-nums; }
.tiles dd small { display: block; font-size: .8125rem; font-weight: 400; color: var(--soft); }
figure { margin: 0 0 12px; }
figcaption { margin-bottom: 6px; }
svg { display: block; width: 100%; }
svg.plot { height: 150px; border-bottom: 1px solid var(--rule); }
svg.lying { height: 12px; border-radius: 3px; margin-bottom: 10px; }
.line, .ends { display: flex; justify-content: space-between; gap: 12px; font-variant-numeric: tabular-nums; }
.line b { font-weight: 600; white-space: nowrap; }
.ends { padding-top: 4px; }
.bar { fill: var(--bar); } .good { fill: var(--good); } .bad { fill: var(--bad); } .plain { fill: var(--plain); }
.area { fill: var(--area); } .track { fill: var(--track); }
.key::before { content: ""; display: inline-block; width: 10px; height: 10px; border-radius: 2px; margin-right: 6px;
  background: var(--area); }
.key.red::before { background: var(--bad); }
.wide { overflow-x: auto; margin-bottom: 12px; }
table { border-collapse: collapse; width: 100%; font-size: .875rem; font-variant-numeric: tabular-nums; }
caption { text-align: left; padding-bottom: 4px; }
th, td { text-align: left; padding: 5px 12px 5px 0; border-bottom: 1px solid var(--rule); vertical-align: top; }
td:not(.n) { min-width: 8.75rem; }
th { font-weight: 600; white-space: nowrap; }
.n { text-align: right; white-space: nowrap; }
tr > :last-child { padding-right: 0; }
.error { border-left: 3px solid var(--bad); padding-left: 12px; margin-bottom: 12px; }
.error p { margin-bottom: 2px; }
details { margin: 4px 0 10px; }
summary { cursor: pointer; color: var(--soft); font-size: .875rem; padding: 4px 0; }
pre { margin: 0 0 10px; padding: 12px; background: var(--back); border: 1px solid var(--rule); border-radius: 6px;
  white-space: pre-wrap; font: .8125rem/1.5 ui-monospace, monospace; }
@media (max-width: 480px) { main { padding: 16px 10px 32px; } section { padding: 14px 12px 8px; }
  th, td { padding-right: 8px; } table { font-size: .8125rem; } }
@media print { body { background: #fff; } section { break-inside: avoid; } }
)";

}  // namespace s3c::cli
