// The page of any job in headless Chromium: its graph and nodes move, and SQL over its memory table answers.
// Usage: node job_page.mjs BUILD [SCREENSHOTS]. Exit 77: there is no browser.
import assert from "node:assert/strict";
import {spawn} from "node:child_process";
import {end, nothingIsTooWide, withPage} from "./browser.mjs";

const [build, screenshots] = process.argv.slice(2);

/** Starts a job on a free port; the address of its page once it is known. */
function startJob() {
  const job = spawn(`${build}/bin/millrace`, ["run", "examples/rate_console.yaml", "--progress", "off", "--trigger",
    "continuous 100 ms", "--duration", "60 seconds", "--set", "sinks={evens: {from: even, type: memory}}", "--http",
    "127.0.0.1:0"], {stdio: ["ignore", "ignore", "pipe"]});
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

await withPage(async (page) => {
  const {job, address} = startJob();
  try {
    await page.goto(await address);
    await page.waitForFunction(() => document.querySelector("#nodes")?.textContent.includes("even"));
    await page.waitForFunction(() => document.querySelectorAll("#epochs tr").length > 3);
    assert.equal(await page.textContent("#name"), "rate_console");
    await page.fill("#sql", "SELECT count(*) AS evens FROM rate_console");
    await page.click("#sql-form button");
    await page.waitForFunction(() => document.querySelector("#sql-rows").textContent.includes("evens"));
    await nothingIsTooWide(page);
    if (screenshots) await page.screenshot({path: `${screenshots}/job_page.png`, fullPage: true});
    await page.setViewportSize({width: 390, height: 844});
    await nothingIsTooWide(page);
  } finally {
    await end(job);
  }
});
console.log("the page of a job works");
