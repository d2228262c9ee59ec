import { printTable, type Row } from './print.ts';
import { benchmarks } from './benchmarks.ts';
import { calibrate } from './calibration.ts';

const wanted = process.argv.slice(2);
const unknown = wanted.filter((name) => !benchmarks.some((benchmark) => benchmark.name === name));
if (unknown.length > 0) {
  console.error(`there is no benchmark '${unknown[0]}'; there are ${benchmarks.map(({ name }) => name).join(', ')}`);
  process.exit(2);
}

const calibrationBefore = calibrate();
console.log(
  `Node ${process.version}; calibration loop ${calibrationBefore.toFixed(3)} ns a step (20 million integer steps)`,
);
const rows: Row[] = [];
for (const { name, run } of benchmarks) {
  if (wanted.length > 0 && !wanted.includes(name)) continue;
  const before = calibrate();
  const figures = await run();
  // The better of the two: what disturbed one of them did not make the machine quicker.
  const calibration = Math.min(before, calibrate());
  rows.push(...figures.map((figure) => ({ name, calibration, ...figure })));
}
printTable(rows);
if (rows.some(({ target }) => target?.isMet === false)) process.exitCode = 1;
