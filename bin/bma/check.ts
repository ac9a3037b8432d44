import { Argument } from 'commander';
import * as fs from 'node:fs';
import * as path from 'node:path';
import { checkReport, type CheckReport } from '../../analysis/report/check-report';
import { checkSarif } from '../../analysis/report/check-sarif';
import { checkSummary, checkText } from '../../analysis/report/check-text';
import type { StackData } from '../../analysis/model/read-stacks';
import { checkApp } from '../../analysis/rules/check';
import { isRelevant } from '../../analysis/rules/relevance';
import { FAMILIES, type Family, SEVERITIES, type Severity } from '../../analysis/rules/rule';
import { version } from '../../package.json';
import { terminalStyle, type TerminalStyle } from '../terminal-style';
import { readCheckInputs } from './check-inputs';
import { addFormats, choice, EXIT, formatOf, jsonText, UsageError, type Command, type FormatOptions } from './command';

const FORMATS = ['text', 'json', 'sarif'] as const;
type Format = (typeof FORMATS)[number];

const RENDERERS: Readonly<Record<Format, (report: CheckReport, style: TerminalStyle) => string>> = {
  text: checkText,
  json: jsonText,
  sarif: (report) => checkSarif(report, version),
};

interface Options extends FormatOptions<Format> {
  readonly output?: string;
  readonly severity: Severity;
  readonly family?: readonly Family[];
  readonly permissionsBoundary?: string;
  readonly account?: string;
  readonly region?: string;
}

/** `bma check`: the rules of ManagedAgentChecks for any CloudFormation template. */
export const checkCommand: Command<Options> = {
  name: 'check',
  summary: 'check templates or a cloud assembly with the rules of ManagedAgentChecks',
  description:
    'Checks CloudFormation templates (JSON or YAML) and cloud assemblies with the rules of ManagedAgentChecks. All of them are checked together, as one app. Their declarations and acknowledgements apply.',
  exitCodes: { [EXIT.attention]: 'an unacknowledged finding has the severity of --severity or a higher one' },
  define(command) {
    command.addArgument(new Argument('<template...>', 'template files, or cloud assembly directories (cdk.out)'));
    addFormats(command, FORMATS);
    command
      .option('--output <file>', 'write the report to this file and print a one-line summary')
      .addOption(
        choice('--severity <severity>', 'lowest severity that makes the command fail', SEVERITIES).default('error'),
      )
      .addOption(
        choice(
          '--family <family>',
          'only rules of this family; may be repeated (default: all but cost)',
          FAMILIES,
          true,
        ),
      )
      .option(
        '--permissions-boundary <arn>',
        'permissions boundary that MA-ID9 requires of every role (default: if any role has one, all roles need one)',
        policyArn,
      )
      .option('--account <id>', 'account that template files are deployed to (default: any)', accountId)
      .option('--region <region>', 'Region that template files are deployed to (default: any)');
  },
  run([places], { output, severity, family, permissionsBoundary, account, region, ...options }, { out, style }) {
    const format = formatOf(options, FORMATS);
    const { stacks, files, acknowledgements } = readCheckInputs(places as readonly string[], { account, region });
    if (output !== undefined) {
      requireNoInput(output, places as readonly string[], stacks);
    }
    const families = family ?? FAMILIES.filter((each) => each !== 'cost');
    const result = checkApp({ stacks, files, families, options: { permissionsBoundary } });
    const report = checkReport(stacks, result, acknowledgements, isRelevant(stacks));
    if (output === undefined) {
      out(RENDERERS[format](report, style));
    } else {
      write(output, RENDERERS[format](report, terminalStyle({})));
      out(`${checkSummary(report)} Written to ${output}.\n`);
    }
    const fails = SEVERITIES.slice(0, SEVERITIES.indexOf(severity) + 1);
    const open = report.findings.filter(({ acknowledged }) => !acknowledged);
    return open.some((finding) => fails.includes(finding.severity)) ? EXIT.attention : EXIT.done;
  },
};

function accountId(account: string): string {
  if (!/^\d{12}$/.test(account)) {
    throw new UsageError(`--account is '${account}'. Fix: give the 12 digits of an account id.`);
  }
  return account;
}

/** A pattern matches no boundary, so that every role would have a finding that doesn't say why. */
function policyArn(arn: string): string {
  if (!POLICY_ARN.test(arn)) {
    throw new UsageError(
      `--permissions-boundary is '${arn}'. Allowed: the ARN of a managed policy, such as arn:aws:iam::111122223333:policy/Boundary, or as the template has it: arn:aws:iam::\${AWS::AccountId}:policy/Boundary. Fix: give the whole ARN, without wildcards.`,
    );
  }
  return arn;
}

const POLICY_ARN =
  /^arn:(?:aws[a-z-]*|\$\{AWS::Partition\}):iam::(?:\d{12}|aws|\$\{AWS::AccountId\}):policy\/[\w+=,.@/-]{1,600}$/;

/** The report must not replace what was checked. */
function requireNoInput(output: string, places: readonly string[], stacks: readonly StackData[]): void {
  const inputs = [
    ...stacks.flatMap(({ templatePath }) => templatePath ?? []),
    ...places.flatMap((place) => [place, path.join(place, 'manifest.json')]),
  ];
  const realPath = (file: string) => (fs.existsSync(file) ? fs.realpathSync(file) : undefined);
  const replaced = realPath(output);
  if (replaced !== undefined && inputs.some((input) => realPath(input) === replaced)) {
    throw new UsageError(`--output is '${output}', which is an input of the check. Fix: name another file.`);
  }
}

/**
 * Writes the complete report or nothing, so that readers never get half of it. A pipe or device is written to directly.
 */
function write(file: string, text: string): void {
  const beside = path.join(path.dirname(file), `.${path.basename(file)}.${process.pid}`);
  try {
    const isReplaced = fs.lstatSync(file, { throwIfNoEntry: false })?.isFile() ?? true;
    fs.writeFileSync(isReplaced ? beside : file, text);
    if (isReplaced) fs.renameSync(beside, file);
  } catch (problem) {
    if (fs.existsSync(beside)) fs.rmSync(beside);
    throw new UsageError(
      `--output is '${file}', which can't be written: ${(problem as Error).message}. Fix: name a file that can be written.`,
    );
  }
}
