// One picture of a trace, for scripts/screenshots.py:
//   node screenshots.mjs PLAYWRIGHT_CORE phoenix|mlflow URL TRACE_ID SPAN_ID OUT.png
// Its tree is expanded, the span is selected. The browser reaches nothing but 127.0.0.1.
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';

const [library, which, base, trace, span, out] = process.argv.slice(2);
const { chromium } = await import(path.join(library, 'index.mjs'));
// High enough for the whole tree. Phoenix opens a trace in a drawer over three quarters of its list; only that is in
// the picture.
const viewport = which === 'phoenix' ? { width: 1868, height: 966 } : { width: 1400, height: 850 };

const profile = fs.mkdtempSync(path.join(os.tmpdir(), 'screenshots-'));
const context = await chromium.launchPersistentContext(profile, {
  executablePath: '/usr/bin/chromium', headless: true, viewport, colorScheme: 'light', locale: 'en-GB',
  timezoneId: 'UTC',
  args: ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking',
    '--disable-component-update', '--disable-sync', '--disable-default-apps', '--disable-domain-reliability',
    '--disable-client-side-phishing-detection', '--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1'],
});

async function phoenix(page) {
  const query = 'query($t:String!,$s:String!){getTraceByOtelId(traceId:$t){projectId} getSpanByOtelId(spanId:$s){id}}';
  const answer = await context.request.post(`${base}/graphql`, { data: { query, variables: { t: trace, s: span } } });
  const { getTraceByOtelId: found, getSpanByOtelId: selected } = (await answer.json()).data;
  await page.addInitScript(() => localStorage.setItem('arize-phoenix-theme', 'light'));
  const node = encodeURIComponent(selected.id);
  await page.goto(`${base}/projects/${found.projectId}/traces/${trace}?selectedSpanNodeId=${node}`);
  await page.waitForLoadState('networkidle');
  const box = await page.locator('[role=dialog]').last().boundingBox();
  const [x, y] = [Math.ceil(box.x) + 2, Math.ceil(box.y)];
  return { x, y, width: Math.floor(box.width) - 2, height: Math.floor(box.height) };
}

async function mlflow(page) {
  // Else its assistant opens by itself and hides a third of the page.
  await page.addInitScript(() => {
    localStorage.setItem('mlflow.assistant.panelOpen_v1', 'false');
    localStorage.setItem('mlflow.assistant.fab.autoOpenedOnFirstLoad_v1', 'true');
  });
  await page.goto(`${base}/#/experiments/0/traces?startTimeLabel=ALL&selectedEvaluationId=tr-${trace}`);
  await page.locator('[data-testid^=span-title-row-]').first().waitFor();
  await page.locator('[data-component-id="mlflow.evaluations_review.modal.fullscreen"]').click();
  await page.waitForTimeout(1000);
  await page.getByTestId(`span-title-row-${span}`).click();
  return { x: 0, y: 0, ...viewport };
}

let code = 0;
try {
  await context.route(url => url.protocol.startsWith('http') && url.hostname !== '127.0.0.1', route => {
    console.error('refused:', route.request().url());
    return route.abort();
  });
  const page = context.pages()[0] ?? await context.newPage();
  page.setDefaultTimeout(40000);
  const clip = await (which === 'phoenix' ? phoenix : mlflow)(page);
  await page.mouse.move(0, viewport.height - 1);
  await page.waitForTimeout(2000);
  await page.screenshot({ path: out, clip });
} catch (problem) {
  console.error(String(problem));
  code = 1;
} finally {
  await context.close();
  fs.rmSync(profile, { recursive: true, force: true });
}
process.exit(code);
