import { GetTemplateCommand } from '@aws-sdk/client-cloudformation';
import type { Assembly } from '../../../analysis/model/assembly';
import { assemblyOf } from '../../../analysis/model/read-stacks';
import { parseYamlTemplate } from '../../../analysis/model/yaml-template';
import { literalOf } from '../../../analysis/model/compose-text';
import { BMA_REGIONS } from '../../../lib/facts/bma-regions';
import { findAgents } from '../account/find-agents';
import { stacksIn } from '../read-assembly';
import { deployedAssembly, STACK_PERMISSIONS } from '../verify/deployed-assembly';
import { AGENT_CHECK } from './agent-check';
import { BOOTSTRAP_CHECK } from './bootstrap-check';
import { callerOf } from './caller';
import { type Check, type Examined, fail, type Judgement, notKnown, ok } from './check';
import { DoctorClients } from './clients';
import { engineJudgement } from './engine-check';
import { DOCTOR_FORMAT, type DoctorReport, type Finding } from './finding';
import { QUOTA_CHECK } from './quota-check';
import { SERVICE_CHECK } from './service-checks';
import { STACK_CHECK } from './stack-check';
import { type Place, type Subject, subjectOf, templatesOf } from './subject';
import { TRAIL_CHECK } from './trail-check';
import { ask, judged } from './unanswered';
import { ZONE_CHECK } from './zone-check';

/** The checks, in the order of the report. */
const CHECKS: readonly Check[] = [
  SERVICE_CHECK,
  ZONE_CHECK,
  BOOTSTRAP_CHECK,
  TRAIL_CHECK,
  QUOTA_CHECK,
  STACK_CHECK,
  AGENT_CHECK,
];

/** The model in AWS's pages about Managed Agents, which is checked if no app names another. */
const DEFAULT_MODEL = 'openai.gpt-5.6-luna';

interface App {
  readonly directory: string;
  readonly assembly: Assembly;
}

/** The subject of the checks. */
export interface DoctorInput {
  readonly region: string;
  /** A cloud assembly; undefined to check the agents in the account. */
  readonly app?: App;
  /** Only the agents of this stack. */
  readonly stack?: string;
  readonly models: readonly string[];
}

/** Checks the account and this machine. Only reads, and never calls a Runtime or continues a session. */
export async function examine({ region, app, stack, models }: DoctorInput): Promise<DoctorReport> {
  const clients = new DoctorClients(region);
  try {
    const { judgement: credentials, identity } = await callerOf(clients);
    const inAccount = (check: string, judgement: Judgement): Finding => ({ group: 'account', check, ...judgement });
    const first = [inAccount('credentials', credentials), inAccount('Region', regionJudgement(region))];
    if (identity === undefined) {
      const subject = app && subjectIn(app, { accountId: '', region }, stack);
      const engine = await engineJudgement(subject);
      const names = CHECKS.filter(({ group }) => group === 'account').map(({ name }) => name);
      const others = inAccount('other checks', {
        ...notKnown(`not run without credentials: ${names.join(', ')}`, credentials.fix!, credentials.why ?? 'denied'),
      });
      return report(region, undefined, [machine(engine), ...first, others]);
    }
    const place = { accountId: identity.account, region };
    const found = await subjectFor(app, stack, place, clients);
    const { subject } = found;
    const examined: Examined = {
      region,
      account: identity.account,
      caller: identity.arn,
      clients,
      subject,
      models: models.length > 0 ? models : subject?.models.length ? subject.models : [DEFAULT_MODEL],
    };
    const [engine, ...results] = await Promise.all([
      engineJudgement(subject),
      ...CHECKS.map(async (check) =>
        (await judged(() => check.run(examined))).map(({ status, value, fix, why, ...names }): Finding => ({
          group: check.group,
          check: check.name,
          ...names,
          status,
          value,
          ...(fix === undefined ? {} : { fix }),
          ...(why === undefined ? {} : { why }),
        })),
      ),
    ]);
    const deployment = found.judgements.map((each): Finding => ({ group: 'deployment', check: 'stacks', ...each }));
    return report(region, identity.account, [machine(engine), ...first, ...results.flat(), ...deployment]);
  } finally {
    clients.close();
  }
}

const machine = (judgement: Judgement): Finding => ({ group: 'this machine', check: 'container engine', ...judgement });

function report(region: string, account: string | undefined, findings: readonly Finding[]): DoctorReport {
  const groups = [...new Set(findings.map(({ group }) => group))];
  return {
    format: DOCTOR_FORMAT,
    ...(account === undefined ? {} : { account }),
    region,
    findings: groups.flatMap((group) => findings.filter((each) => each.group === group)),
  };
}

const regionJudgement = (region: string): Judgement =>
  BMA_REGIONS.includes(region)
    ? ok(`${region} has Managed Agents`)
    : fail(
        `${region} has no Managed Agents`,
        `use ${BMA_REGIONS.join(', ')}: add --region, and env.region of the stack`,
      );

/** The stacks of an assembly that are deployed to a Region. */
function assemblyIn({ assembly }: App, region: string, stack: string | undefined): Assembly {
  return { ...assembly, stacks: stacksIn(assembly, region, stack === undefined ? undefined : [stack]) };
}

function subjectIn(app: App, place: Place, stack: string | undefined): Subject {
  return subjectOf(templatesOf(assemblyIn(app, place.region, stack), place, app.directory));
}

/** The subject of the checks, and findings about it. */
async function subjectFor(
  app: App | undefined,
  stack: string | undefined,
  place: Place,
  clients: DoctorClients,
): Promise<{ subject?: Subject; judgements: readonly Judgement[] }> {
  let subject: Subject | undefined;
  const judgements = await judged(async () => {
    const assembly = app ? assemblyIn(app, place.region, stack) : await deployedStacks(stack, place, clients);
    if (assembly.stacks.length === 0) {
      return app === undefined
        ? [
            notKnown(
              'no stack of the account has an agent yet',
              'give the directory of an app: bma doctor cdk.out',
              'not deployed',
            ),
          ]
        : [fail(`${app.directory} has no stack in ${place.region}`, 'add --region, or synthesize for this Region')];
    }
    const other = assembly.stacks.map((each) => literalOf(each.account)).find((id) => id && id !== place.accountId);
    const templates = templatesOf(assembly, place, app?.directory);
    subject = subjectOf(templates);
    if (other !== undefined) {
      return [
        fail(
          `the app is for account ${other}, the credentials are for ${place.accountId}`,
          `use a profile of ${other}`,
        ),
      ];
    }
    const deployed = await ask(STACK_PERMISSIONS.join(' and '), deployedAssembly(assembly, place.accountId, clients));
    subject = subjectOf(templates, deployed);
    return [];
  });
  return { subject, judgements };
}

/** The stacks of the account with agents, and their deployed templates. */
async function deployedStacks(
  stack: string | undefined,
  { accountId, region }: Place,
  clients: DoctorClients,
): Promise<Assembly> {
  const { cloudFormation } = clients;
  const { agents } = await ask('cloudformation:DescribeStacks', findAgents({ stacks: cloudFormation }, stack));
  const names = [...new Set(agents.map((each) => each.stack))];
  const stacks = await Promise.all(
    names.map(async (StackName) => {
      const { TemplateBody = '{}' } = await ask(
        'cloudformation:GetTemplate',
        cloudFormation.send(new GetTemplateCommand({ StackName })),
      );
      return {
        id: StackName,
        stackName: StackName,
        account: accountId,
        region,
        template: parseYamlTemplate(TemplateBody),
      };
    }),
  );
  return assemblyOf(stacks);
}

/** The IAM actions that `bma doctor` calls. They only read. */
export const DOCTOR_PERMISSIONS: readonly string[] = [
  ...new Set([
    ...STACK_PERMISSIONS,
    'cloudformation:GetTemplate',
    'cloudformation:ListStacks',
    ...CHECKS.flatMap(({ permissions }) => permissions),
  ]),
].sort();
