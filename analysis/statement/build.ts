import { assemblyOf, type StackData } from '../model/read-stacks';
import { TemplateModel } from '../model/template-model';
import { agentsOf, type Agent } from './agent';
import { type App, appOf, sorted } from './app';
import { auditOf, trailsOf } from './audit-record';
import { boundsOf } from './bounds';
import { codeOf } from './compute-code';
import { conditionsFor } from './conditions';
import { declaredFor } from './declarations';
import { definitionOf } from './definition';
import { dataExits, toolExits } from './exits';
import { influencesOf } from './influences';
import { keysOf } from './keys';
import { STATEMENT_LIMITS } from './limits';
import { modelsOf } from './models';
import { readNetwork } from './network-reach';
import { outsideAccessOf } from './outside-access';
import { permissionsOf, permits } from './permissions';
import { roleReach } from './roles';
import { startersOf } from './starters';
import { STATEMENT_FORMAT, type Statement } from './statement';
import { storesOf } from './stores';
import { triggersOf } from './triggers';
import { unknownOf } from './unknown';
import { waysTo, type Ways } from './ways';
import { deadLetterQueuesOf, readWorkflow } from './workflow';

/** The statements of all agents of some stacks, as plain data. */
export function statementsOfStacks(stacks: readonly StackData[]): Statement[] {
  return statementsOf(new TemplateModel(assemblyOf(stacks)));
}

/** The statements of all agents of an app, ordered by id. */
export function statementsOf(model: TemplateModel): Statement[] {
  const app = appOf(model);
  return agentsOf(app).map((agent) => statementOf(app, agent));
}

function statementOf(app: App, agent: Agent): Statement {
  const { runtime, roles } = agent;
  const { network, vpcs, unknown } = readNetwork(app, runtime);
  const ways = waysTo(app, agent);
  const definition = definitionOf(app, agent);
  const conditions = conditionsFor(app, agent, ways);
  const declarations = declaredFor(app, agent, vpcs);
  const outside = outsideAccessOf(app, agent);
  const { workflow, settlements } = readWorkflow(app, agent, ways);
  return {
    format: STATEMENT_FORMAT,
    agent: {
      name: agent.name,
      id: runtime.id,
      construct: app.nameOf(runtime),
      compute: agent.kind.name,
      stack: runtime.stack.id,
      region: app.text(runtime.stack.region),
    },
    models: modelsOf(agent),
    code: codeOf(app, agent),
    ...(definition ? { definition } : {}),
    roles: roles.map((role) => {
      const influences = influencesOf(app, agent, role.identity);
      return { ...roleReach(app, role), ...(influences.length > 0 ? { influences } : {}) };
    }),
    starters: startersOf(app, agent, ways),
    triggers: triggersOf(app, ways, settlements),
    ...(workflow ? { workflow } : {}),
    network: {
      ...network,
      internet: sorted([...network.internet, ...toolExits(app, agent), ...dataExits(app, agent)]),
    },
    stores: storesOf(app, agent),
    ...(outside.length > 0 ? { outsideAccess: outside } : {}),
    guardrails: guardrailsOf(app, ways),
    keys: keysOf(app, new Set([runtime, ...vpcs, ...trailsOf(app, agent)].map(({ stack }) => stack.id))),
    audit: auditOf(app, agent, vpcs, ways.steps),
    deadLetterQueues: deadLetterQueuesOf(app, ways),
    bounds: boundsOf(app, agent, ways.steps),
    ...(declarations.length > 0 ? { declarations } : {}),
    ...(conditions.length > 0 ? { conditions } : {}),
    unknown: unknownOf(app, agent, unknown),
    limits: STATEMENT_LIMITS,
  };
}

/** Guardrails that the steps of a workflow may apply. */
function guardrailsOf(app: App, { roles }: Ways): string[] {
  return sorted(
    roles
      .flatMap((role) => permissionsOf(app, role))
      .filter((read) => permits(read, 'bedrock:ApplyGuardrail'))
      .map(({ permission: { resource } }) => resource),
  );
}
