import * as fs from 'node:fs';
import * as path from 'node:path';
import { type App, Validations } from 'aws-cdk-lib/core';
import { ManagedAgentChecks } from '../../../lib';

/** A finding in the report of `app.synth()`. */
export interface SynthFinding {
  readonly rule: string;
  readonly severity: string;
  /** Construct path. */
  readonly at: string;
  readonly says: string;
}

/** Synthesizes an app with the registered pack, as `cdk synth` does. */
export function synthesized(app: App): { readonly refused: boolean; readonly findings: readonly SynthFinding[] } {
  Validations.of(app).addPlugins(new ManagedAgentChecks(app));
  const file = path.join(app.outdir, 'validation-report.json');
  const errors = jest.spyOn(console, 'error').mockImplementation();
  let refused = false;
  try {
    app.synth();
  } catch (error) {
    if (!fs.existsSync(file)) throw error;
    refused = true;
  } finally {
    errors.mockRestore();
  }
  const report = JSON.parse(fs.readFileSync(file, 'utf8')) as Report;
  const findings = report.pluginReports.flatMap(({ violations }) =>
    violations.flatMap(({ ruleName, severity, description, violatingConstructs }) =>
      violatingConstructs.map(({ constructPath }) => ({
        rule: ruleName,
        severity,
        at: constructPath,
        says: description,
      })),
    ),
  );
  return { refused, findings };
}

interface Report {
  readonly pluginReports: readonly {
    readonly violations: readonly {
      readonly ruleName: string;
      readonly severity: string;
      readonly description: string;
      readonly violatingConstructs: readonly { readonly constructPath: string }[];
    }[];
  }[];
}
