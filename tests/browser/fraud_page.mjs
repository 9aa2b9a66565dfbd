// The fraud page in headless Chromium: decisions move, the mode switches, the engine is killed and comes back,
// an alert says why, what looks like HTML is shown as text, and nothing is wrong in the console. Takes the screenshots of docs/fraud_demo.md.
// Usage: node fraud_page.mjs BUILD [SCREENSHOTS]. Exit 77: there is no browser.
import assert from "node:assert/strict";
import {spawn} from "node:child_process";
import {mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync} from "node:fs";
import {tmpdir} from "node:os";
import {resolve} from "node:path";
import {end, nothingIsTooWide, withPage} from "./browser.mjs";

const [build, screenshots] = process.argv.slice(2);

/** Starts the demo on a free port; its address once it is known. */
function startDemo(topology) {
  const demo = spawn(`${build}/bin/fraud_demo`, ["--engine", `${build}/bin/millrace`, "--topology", topology,
    "--duration", "120s", "--rate", "500", "--port", "0"], {stdio: ["ignore", "pipe", "inherit"]});
  const address = new Promise((resolve, reject) => {
    let text = "";
    demo.stdout.on("data", (part) => {
      text += part;
      const found = text.match(/Open (http:\S+)\n/);
      if (found) resolve(found[1]);
    });
    demo.on("exit", () => reject(new Error(`the demo ended: ${text}`)));
  });
  return {demo, address};
}

async function decisionsMove(page) {
  const number = async () => Number((await page.textContent("[data-name=recall] span")).match(/of (\d+)$/)?.[1] ?? 0);
  await page.waitForFunction(() => document.querySelectorAll("#decisions tr").length > 3);
  await page.waitForFunction(() => parseFloat(document.querySelector("[data-name=rate] b")?.textContent) > 100);
  await page.waitForSelector("#graph g");
  assert.ok(await number() >= 0);
  const before = await page.textContent("#decisions");
  await page.waitForFunction((old) => document.querySelector("#decisions").textContent !== old, before);
}

async function anAlertSaysWhy(page) {
  await page.waitForSelector("#decisions .why", {timeout: 60_000});
  await page.hover("#decisions");  // holds the rows
  await page.locator("#decisions .why").first().click();
  await page.waitForSelector("dialog[open] table");
  assert.match(await page.textContent("#why-title"), /Payment \d+: (challenge|decline)/);
}

async function theEngineComesBack(page) {
  await page.click("#kill");
  await page.waitForFunction(() => /decisions again after \d+ ms/.test(document.querySelector("#log").textContent),
                             null, {timeout: 30_000});
  assert.match(await page.textContent("#log"), /killed with SIGKILL/);
  assert.match(await page.textContent("#log"), / 0 lost/);
  await page.waitForFunction(() => document.querySelector("#state").textContent === "running");
}

async function theModeSwitches(page) {
  await page.check("input[value^=processingTime]");
  await page.waitForFunction(() => /micro-batches of 100 ms/.test(document.querySelector("#modes").textContent),
                             null, {timeout: 30_000});
  assert.ok(await page.isChecked("input[value^=processingTime]"));
}

async function theKeyboardReachesTheButtons(page) {
  await page.focus("#rate");
  await page.keyboard.press("ArrowRight");
  await page.keyboard.press("Tab");
  assert.equal(await page.evaluate(() => document.activeElement.id), "kill");
}

async function takeScreenshot(page, name, fullPage = false) {
  if (screenshots) await page.screenshot({path: `${screenshots}/${name}.png`, fullPage});
}

async function watch(page) {
  await decisionsMove(page);
  await theKeyboardReachesTheButtons(page);
  await anAlertSaysWhy(page);
  await takeScreenshot(page, "fraud_why");
  await page.keyboard.press("Escape");
  await page.mouse.move(0, 0);
  await theEngineComesBack(page);
  await page.waitForTimeout(15_000);  // so that the chart has something to show
  await theModeSwitches(page);
  await page.waitForTimeout(4_000);
  await nothingIsTooWide(page);
  await takeScreenshot(page, "fraud_desktop", true);
  await page.emulateMedia({colorScheme: "dark"});
  await page.setViewportSize({width: 390, height: 844});
  await page.waitForTimeout(1_000);
  await nothingIsTooWide(page);
  await takeScreenshot(page, "fraud_phone_dark");
}

/** A folder with the topology of the demo, where a reason, a category and an operator look like HTML. */
function hostileFolder() {
  const folder = mkdtempSync(`${tmpdir()}/millrace-page-`);
  for (const part of ["models", "data"]) symlinkSync(resolve("examples", part), `${folder}/${part}`);
  const topology = readFileSync("examples/fraud.yaml", "utf8")
    .replace("card_1m >= 3, 'three payments in a minute'", "card_1m >= 1, '<img src=x onerror=window.injected=1>'")
    .replace("terminal, category,", "terminal, '<script>window.injected=1</script>' AS category,")
    .replace("FROM suspicious", "FROM `<plaintext>`")
    .replace("suspicious:", "<plaintext>:");
  writeFileSync(`${folder}/fraud.yaml`, topology);
  return folder;
}

async function htmlIsText(page) {
  await anAlertSaysWhy(page);
  assert.match(await page.textContent("#why-text"), /<img src=x onerror=window\.injected=1>.*<script>window\.injected=1<\/script>/s);
  await page.waitForFunction(() => document.querySelector("#graph").textContent.includes("<plaintext>"));
  assert.equal(await page.evaluate(() => document.querySelectorAll("img, plaintext, body script").length), 0);
  assert.equal(await page.evaluate(() => window.injected), undefined);
}

/** Runs the demo with a topology as long as `test` watches its page. */
async function withDemo(page, topology, test) {
  const {demo, address} = startDemo(topology);
  try {
    await page.goto(await address);
    await test(page);
    await page.goto("about:blank");
  } finally {
    await end(demo);
  }
}

const hostile = hostileFolder();
try {
  // While the engine is down its graph is not there: the page asks again.
  await withPage(async (page) => {
    await withDemo(page, `${hostile}/fraud.yaml`, htmlIsText);
    await withDemo(page, "examples/fraud.yaml", watch);
  }, (text) => /503/.test(text));
} finally {
  rmSync(hostile, {recursive: true});
}
console.log("the fraud page works");
