// The page of any job in headless Chromium: its graph and nodes move, SQL over its memory table answers, and what
// looks like HTML is shown as text.
// Usage: node job_page.mjs BUILD [SCREENSHOTS]. Exit 77: there is no browser.
import assert from "node:assert/strict";
import {spawn} from "node:child_process";
import {end, nothingIsTooWide, withPage} from "./browser.mjs";

const [build, screenshots] = process.argv.slice(2);

/** Starts a job on a free port; the address of its page once it is known. */
function startJob(file, ...more) {
  const job = spawn(`${build}/bin/millrace`, ["run", file, "--progress", "off", "--duration", "60 seconds", "--http",
    "127.0.0.1:0", ...more], {stdio: ["ignore", "ignore", "pipe"]});
  const address = new Promise((resolve, reject) => {
    let text = "";
    job.stderr.on("data", (part) => {
      text += part;
      const found = text.match(/(http:\/\/\S+)\n/);
      if (found) resolve(found[1]);
    });
    job.on("exit", () => reject(new Error(`the job ended: ${text}`)));
  });
  return {job, address};
}

/** Shows the page of a job to `test` until it is done. */
async function withJob(page, started, test) {
  const {job, address} = started;
  try {
    await page.goto(await address);
    await page.waitForFunction(() => document.querySelectorAll("#epochs tr").length > 3);
    await test(page);
    await page.goto("about:blank");
  } finally {
    await end(job);
  }
}

async function ask(page, sql) {
  await page.fill("#sql", sql);
  await page.click("#sql-form button");
}

async function everythingMoves(page) {
  await page.waitForFunction(() => document.querySelector("#nodes")?.textContent.includes("even"));
  assert.equal(await page.textContent("#name"), "rate_console");
  await ask(page, "SELECT count(*) AS evens FROM rate_console");
  await page.waitForFunction(() => document.querySelector("#sql-rows").textContent.includes("evens"));
  await nothingIsTooWide(page);
  if (screenshots) await page.screenshot({path: `${screenshots}/job_page.png`, fullPage: true});
  await page.setViewportSize({width: 390, height: 844});
  await nothingIsTooWide(page);
}

async function htmlIsText(page) {
  const elements = () => page.evaluate(() => document.querySelectorAll("img, xmp, plaintext, marquee, main script").length);
  assert.equal(await page.textContent("#name"), "<plaintext>");
  assert.match(await page.textContent("#graph"), /<xmp>/);
  assert.match(await page.textContent("#nodes"), /<svg>/);
  await ask(page, "SELECT * FROM `<plaintext>` LIMIT 1");
  await page.waitForFunction(() => document.querySelector("#sql-rows").textContent.includes("</script><script>"));
  assert.match(await page.textContent("#sql-rows"), /<img src=x onerror="window\.injected=1">/);
  await ask(page, "SELECT `<img src=x>`");
  await page.waitForFunction(() => /cannot be resolved/.test(document.querySelector("#sql-rows").textContent));
  assert.equal(await elements(), 0);
  assert.equal(await page.evaluate(() => window.injected), undefined);
}

// What a SELECT that fails is answered with.
await withPage(async (page) => {
  await withJob(page, startJob("examples/rate_console.yaml", "--trigger", "continuous 100 ms", "--set",
    "sinks={evens: {from: even, type: memory}}"), everythingMoves);
  await withJob(page, startJob("tests/fixtures/hostile_names.yaml"), htmlIsText);
}, (text) => /400/.test(text));
console.log("the page of a job works");
