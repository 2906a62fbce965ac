// Opens a page in the Chromium of the system and prints as JSON what was seen; the test that starts it judges.
//
// node look.mjs PAGE.html FOLDER: screenshots of light and dark, wide and narrow, and a PDF are left in FOLDER.

import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { chromium } from "playwright-core";

const [, , file, folder] = process.argv;
const address = pathToFileURL(resolve(file)).href;
const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const widths = { wide: 1280, narrow: 375 };

const browser = await chromium.launch({
  executablePath: process.env.PTL_CHROMIUM ?? "/usr/bin/chromium",
  args: [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
  ],
});

/** Opens the page afresh, and keeps what it says and asks for. */
async function open(scheme, width) {
  const context = await browser.newContext({
    colorScheme: scheme,
    viewport: { width, height: 900 },
  });
  const page = await context.newPage();
  const seen = { console: [], requests: [], dialogs: [] };
  page.on("console", (message) => seen.console.push(`${message.type()}: ${message.text()}`));
  page.on("pageerror", (error) => seen.console.push(`uncaught: ${error.message}`));
  page.on("dialog", (dialog) => {
    seen.dialogs.push(dialog.message());
    return dialog.dismiss();
  });
  context.on("request", (request) => seen.requests.push(request.url()));
  await page.goto(address, { waitUntil: "load" });
  return { context, page, seen };
}

/** What axe has against it. Its source is handed over by the debugger, which the page's policy does not bind. */
async function judge(page) {
  await page.evaluate(axe);
  const { violations, passes } = await page.evaluate(() => window.axe.run(document));
  return {
    passed: passes.length,
    violations: violations.map(({ id, impact, help, nodes }) => ({
      id,
      impact,
      help,
      nodes: nodes.slice(0, 5).map((node) => node.html.slice(0, 200)),
    })),
  };
}

/** What the page is made of, and whether it is wider than its window. */
function shape(page) {
  return page.evaluate(() => {
    const all = (selector) => [...document.querySelectorAll(selector)];
    return {
      title: document.title,
      headings: all("h1, h2, h3, h4").map((it) => Number(it.tagName.slice(1))),
      landmarks: all("header, nav, main, footer").map((it) => it.tagName.toLowerCase()),
      bareTables: all("table").filter((it) => !it.caption || !it.querySelector("th[scope]")).length,
      bareDrawings: all("svg[role=img]").filter(
        (it) => !it.querySelector(":scope > title")?.textContent || !it.querySelector(":scope > desc"),
      ).length,
      drawings: all("svg[role=img]").length,
      outside: all("[src], link[href], [srcset], [data], [poster], iframe, object, embed, script").length,
      wider: document.documentElement.scrollWidth - document.documentElement.clientWidth,
      hacked: typeof window.hacked !== "undefined",
    };
  });
}

/** Presses Tab until everything that can have the focus should have had it. */
async function tabs(page) {
  const wanted = await page.evaluate(() => {
    window.stops = [...document.querySelectorAll('a[href], button, input, select, textarea, summary, [tabindex="0"]')];
    return window.stops.length;
  });
  const reached = new Set();
  const unseen = [];
  for (let press = 0; press < wanted + 2; press += 1) {
    await page.keyboard.press("Tab");
    const stop = await page.evaluate(() => {
      const at = document.activeElement;
      const style = getComputedStyle(at);
      const box = at.getBoundingClientRect();
      return {
        place: window.stops.indexOf(at),
        html: at.outerHTML.slice(0, 120),
        outlined: style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2,
        within: box.bottom > 0 && box.top < innerHeight && box.width > 0 && box.height > 0,
      };
    });
    if (stop.place < 0) continue;
    reached.add(stop.place);
    if (!stop.outlined || !stop.within) unseen.push(stop.html);
  }
  return { wanted, reached: reached.size, unseen };
}

/** The colours on paper, though the screen is dark. */
async function paper(page) {
  await page.emulateMedia({ media: "print", colorScheme: "dark" });
  const colours = await page.evaluate(() =>
    ["body", "header", "section", "table"].map((name) => {
      const style = getComputedStyle(document.querySelector(name));
      return { name, background: style.backgroundColor, text: style.color };
    }),
  );
  await page.pdf({
    path: join(folder, "page.pdf"),
    preferCSSPageSize: true,
    printBackground: true,
    tagged: true,
    outline: true,
  });
  return colours;
}

const found = { views: [] };
for (const scheme of ["light", "dark"]) {
  for (const [name, width] of Object.entries(widths)) {
    const { context, page, seen } = await open(scheme, width);
    const view = { scheme, name, shape: await shape(page) };
    // Before anything else touches the page; the caret's own style would break the page's policy.
    await page.screenshot({
      path: join(folder, `${scheme}-${name}.png`),
      fullPage: true,
      caret: "initial",
      animations: "allow",
    });
    if (name === "wide") view.tabs = await tabs(page);
    view.axe = await judge(page);
    if (scheme === "dark" && name === "wide") found.paper = await paper(page);
    found.views.push({ ...view, ...seen });
    await context.close();
  }
}
await browser.close();
console.log(JSON.stringify(found));
