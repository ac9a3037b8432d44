import { GetGuardrailCommand } from '@aws-sdk/client-bedrock';
import { paginateListGuardrails } from '@aws-sdk/client-bedrock';
import { TURN_VARIABLES } from '../../../lib/contracts/handler-variables';
import { type Check, type Examined, fail, type Judgement, notKnown, ok } from './check';
import { type Subject, text } from './subject';
import { ask, judged } from './unanswered';

/** Checks the stacks, and the guardrails of their workflows. */
export const STACK_CHECK: Check = {
  group: 'deployment',
  name: 'stacks',
  permissions: ['bedrock:GetGuardrail', 'bedrock:ListGuardrails'],
  async run(examined) {
    const { subject } = examined;
    if (subject?.deployed === undefined) return [];
    const guardrails = await Promise.all(
      guardrailsOf(subject).map((each) => judged(async () => [await guardrail(each, examined)])),
    );
    return [...stacks(subject), ...guardrails.flat().map((each) => ({ ...each, check: 'guardrail' }))];
  },
};

function stacks({ deployed }: Subject): Judgement[] {
  const { missing, statuses } = deployed!;
  const healthy = [...statuses].filter(([, status]) => isHealthy(status)).map(([name]) => name);
  return [
    ...(healthy.length > 0 ? [ok(`${healthy.join(', ')}: deployed`)] : []),
    ...[...statuses]
      .filter(([, status]) => !isHealthy(status))
      .map(([name, status]) =>
        status.endsWith('_IN_PROGRESS')
          ? notKnown(`${name} is being changed (${status})`, 'repeat the command when it has ended', 'no answer')
          : fail(
              `${name} is ${status}`,
              `aws cloudformation describe-stack-events --stack-name ${name}, then deploy again`,
            ),
      ),
    ...(missing.length > 0
      ? [notKnown(`not deployed: ${missing.join(', ')}`, `npx cdk deploy ${missing.join(' ')}`, 'not deployed')]
      : []),
  ];
}

/** A stack whose update was rolled back runs its earlier version. */
const isHealthy = (status: string) => /^(?:CREATE|UPDATE|IMPORT|UPDATE_ROLLBACK)_COMPLETE$/.test(status);

interface NamedGuardrail {
  readonly arn: string;
  /** From the template; undefined if it is known only at deployment. */
  readonly version?: string;
  /** Description of the version in the template. */
  readonly description?: string;
}

function guardrailsOf({ deployed }: Subject): NamedGuardrail[] {
  const { model } = deployed!;
  const made = model.ofType('AWS::Bedrock::GuardrailVersion');
  const found = new Map<string, NamedGuardrail>();
  for (const handler of model.ofType('AWS::Lambda::Function')) {
    const variable = (name: string) => text(handler, 'Environment', 'Variables', name);
    const arn = variable(TURN_VARIABLES.guardrailArn);
    if (arn === undefined) continue;
    const version = variable(TURN_VARIABLES.guardrailVersion);
    const own = made.find((each) => arn.endsWith(text(each, 'GuardrailIdentifier') ?? '\n'));
    found.set(`${arn} ${version}`, { arn, version, description: own && text(own, 'Description') });
  }
  return [...found.values()];
}

async function guardrail({ arn, version, description }: NamedGuardrail, { clients: { bedrock } }: Examined) {
  const name = arn.split('/').pop()!;
  const gone = fail(`${name} does not exist`, 'npx cdk deploy');
  try {
    const found = version ?? (await versionWith(description, arn, bedrock));
    if (found === undefined) return fail(`${name} has no version '${description}'`, 'npx cdk deploy');
    const { status } = await ask(
      'bedrock:GetGuardrail',
      bedrock.send(new GetGuardrailCommand({ guardrailIdentifier: arn, guardrailVersion: found })),
      NOT_FOUND,
    );
    return status === 'READY'
      ? ok(`${name} has version ${found}`)
      : fail(`${name} version ${found} is ${status}`, `aws bedrock get-guardrail --guardrail-identifier ${name}`);
  } catch (problem) {
    if ((problem as Error).name !== NOT_FOUND) throw problem;
    return gone;
  }
}

const NOT_FOUND = 'ResourceNotFoundException';

/** The version with a description; its number is known only at deployment. */
async function versionWith(
  description: string | undefined,
  guardrailIdentifier: string,
  client: Examined['clients']['bedrock'],
): Promise<string | undefined> {
  const read = async () => {
    for await (const { guardrails = [] } of paginateListGuardrails({ client }, { guardrailIdentifier })) {
      const found = guardrails.find((each) => each.version !== 'DRAFT' && each.description === description);
      if (found) return found.version;
    }
    return undefined;
  };
  return ask('bedrock:ListGuardrails', read(), NOT_FOUND);
}
