import { UsageError } from '../command';
import { readJsonFile } from '../read-json-file';
import { REPORT_FORMAT, type ProbeReport } from './report';

/** A report from a file. @throws UsageError when it isn't a report */
export function readReport(file: string): ProbeReport {
  const report = readJsonFile(file, 'a report that bma probe --json printed') as Partial<ProbeReport>;
  const isResult = (each: unknown): boolean => {
    const { id, answer } = (each ?? {}) as { id?: unknown; answer?: unknown };
    return typeof id === 'string' && (answer === null || typeof answer === 'string');
  };
  if (report?.format !== REPORT_FORMAT || !Array.isArray(report.results) || !report.results.every(isResult)) {
    throw new UsageError(`${file} isn't a report of bma probe (${REPORT_FORMAT}).`);
  }
  return report as ProbeReport;
}
