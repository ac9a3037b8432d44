import { agentsOf, type Agent } from '../../lib/security/statement/agent';
import { IndexSource } from '../../lib/security/statement/index-source';
import { Identities } from '../../lib/security/statement/roles';
import { listOf, numberOf, objectOf, type Source } from '../../lib/security/statement/source';
import type { Drive, Statement, Trigger } from '../../analysis/statement/statement';
import { chainOf } from '../../lib/security/statement/triggers';
import type { TemplateIndex } from '../../lib/security/template-index';
import type { Card, PictureFacts, Runtime } from './picture-facts';
import { reachOf } from './role-reach';
import { starterCard, triggerCard } from './start-cards';
import { surroundingsOf } from './surroundings';
import { counted, durationText, shortPath } from './words';
import { askingMachine, machineOf, runsTurns, stepsOf } from './workflow-steps';

/** What of a principal begins something; the other steps of a workflow may only go on with it. */
const STARTS: readonly Drive[] = ['start sessions', 'start turns through a workflow', 'invoke the runtime directly'];

/** What there is to draw of every agent of an app, from its final templates. */
export function pictureFacts(index: TemplateIndex, statements: readonly Statement[]): PictureFacts[] {
  const source = new IndexSource(index);
  const identities = new Identities(source);
  const agents = new Map(agentsOf(source, identities).map((agent) => [agent.runtime.key, agent]));
  return statements.map((statement) => factsOf(statement, agents.get(statement.agent.id)!, source, identities));
}

function factsOf(statement: Statement, agent: Agent, source: Source, identities: Identities): PictureFacts {
  const chain = chainOf(agent, identities, source);
  const machines = chain.compute.flatMap((item) => machineOf(item) ?? []);
  const workflow = machines.find(runsTurns);
  const stacks = new Set(source.all().map(({ stack }) => stack));
  const starters = statement.starters.filter(
    ({ step, may }) => step !== true && may.some((drive) => STARTS.includes(drive)),
  );
  const settlements = machines.filter(({ states }) => isSettlement(states)).map(({ item }) => item.name);
  const triggers = statement.triggers.filter(({ path }) => !path.some((name) => settlements.includes(name)));
  return {
    title: agentName(agent),
    stacks: [...stacks].sort(),
    starts: [
      ...triggers.map((trigger) => triggerCard(trigger, source)),
      ...starters.map((starter) => starterCard(starter)),
    ],
    delivery: deliveryText(triggers, new Set(source.items('AWS::SQS::Queue').map(({ name }) => name))),
    between: machines
      .filter((machine) => machine !== workflow && !isSettlement(machine.states))
      .map((machine) => askingMachine(machine, source, identities)),
    steps: workflow ? stepsOf(workflow, source, identities, guardrailCards(statement, source)) : [],
    session: sessionCard(statement),
    runtime: runtimeOf(statement, agent, source),
    reaches: reachOf(agent.executionRole, source, ['ecr']),
    around: surroundingsOf(statement, stacks, source),
  };
}

/** The construct of the agent: the Runtime's path without what is inside of every agent. */
function agentName({ runtime, name }: Agent): string {
  const [, path] = /^[^/]+\/(.*?)(\/Environment)?\/Runtime$/.exec(runtime.name) ?? [];
  // A blueprint names its agent by itself: the construct inside of it is always 'Agent'.
  return path?.replace(/\/Agent$/, '') ?? name;
}

function isSettlement(states: ReadonlyMap<string, unknown>): boolean {
  return states.has('StopSubmits');
}

/** How events are delivered. A request of a URL is answered at once, so it says nothing about that. */
function deliveryText(all: readonly Trigger[], queues: ReadonlySet<string>): string {
  const triggers = all.filter(({ deadLetterQueue }) => deadLetterQueue !== undefined);
  if (!triggers.length) {
    return '';
  }
  const queued = triggers.every(({ path }) => path.some((name) => queues.has(name)));
  const kept = triggers.every(({ deadLetterQueue }) => deadLetterQueue !== false);
  return [queued ? 'through a queue and a starter function' : '', kept ? 'failed deliveries are kept' : '']
    .filter((text) => text)
    .join('; ');
}

/** The guardrails of the app that steps apply; profiles of a cross-Region guardrail are part of it. */
function guardrailCards({ guardrails }: Statement, source: Source): Card[] {
  return guardrails.flatMap((name) => {
    const item = source.named(name);
    if (!item) {
      return [];
    }
    const kinds = Object.keys(item.properties).flatMap((property) => GUARDRAIL_PARTS[property] ?? []);
    return [
      {
        service: 'Bedrock Guardrail',
        kind: 'security' as const,
        name: shortPath(item.name),
        notes: [kinds.join(', ')],
      },
    ];
  });
}

const GUARDRAIL_PARTS: Readonly<Record<string, string>> = {
  ContentPolicyConfig: 'content filters',
  TopicPolicyConfig: 'denied topics',
  WordPolicyConfig: 'words',
  SensitiveInformationPolicyConfig: 'sensitive information',
  ContextualGroundingPolicyConfig: 'grounding',
};

function sessionCard({ models, definition, bounds }: Statement): Card {
  const deadline = bounds.find(({ name }) => name.startsWith('Duration of a turn'))?.value;
  const tools = (definition?.tools ?? []).map(
    ({ label, allowed }) => `${label} (${allowed ? counted(allowed.length, 'tool') : 'all tools'})`,
  );
  return {
    service: 'Bedrock Managed Agents',
    kind: 'agent',
    name: 'Session of the agent',
    notes: [
      `model: ${models.map((model) => (model === '*' ? 'every model' : model)).join(', ')}`,
      ...(tools.length ? [`MCP servers: ${tools.join(', ')}`] : []),
      ...(typeof deadline === 'number' ? [`a turn is cancelled after ${durationText(deadline)}`] : []),
    ],
  };
}

function runtimeOf({ network, unknown }: Statement, { runtime }: Agent, source: Source): Runtime {
  const inVpc = network.mode === 'VPC';
  const { IdleRuntimeSessionTimeout, MaxLifetime } = objectOf(runtime.properties.LifecycleConfiguration);
  const [idle, lifetime] = [numberOf(IdleRuntimeSessionTimeout), numberOf(MaxLifetime)];
  const mounts = listOf(runtime.properties.FilesystemConfigurations).flatMap((entry) =>
    Object.values(objectOf(entry)).map((mount) => source.text(objectOf(mount).MountPath)),
  );
  const unknownRoutes = unknown.some(({ where }) => where === 'network');
  const way = network.internet.length
    ? `ways out: ${network.internet.map(shortPath).join(', ')}`
    : unknownRoutes
      ? 'its routes are not in the app'
      : 'no route to the internet';
  return {
    inVpc,
    title: inVpc ? `VPC: ${way}` : `Network mode ${network.mode}`,
    card: {
      service: 'AgentCore Runtime',
      kind: 'compute',
      name: 'Commands of the agent run here',
      notes: [
        ...(mounts.length ? [`session storage: ${mounts.join(', ')}`] : []),
        ...(idle !== undefined && lifetime !== undefined
          ? [`stops after ${durationText(idle)} without work, ${durationText(lifetime)} at most`]
          : []),
      ],
    },
    endpoints: network.endpoints.map(({ service, ownPolicy }) => (ownPolicy ? service : `${service} (open)`)),
  };
}
