import { overlap, subset } from '../policy/pattern';
import { hostsFrom } from '../model/outside-hosts';
import { exits, reachesInternet } from '../network/network';
import type { Agent } from './agent';
import { type App, sorted } from './app';
import type { ReadPermission } from './permissions';
import { nodeName } from './ways';

/** Actions of browsers and code interpreters that let the caller act in their network. */
const TOOLS: readonly (readonly [what: string, type: string, actions: readonly string[]])[] = [
  [
    'browser',
    'AWS::BedrockAgentCore::BrowserCustom',
    ['StartBrowserSession', 'ConnectBrowserAutomationStream', 'ConnectBrowserLiveViewStream', 'InvokeBrowser'],
  ],
  [
    'code interpreter',
    'AWS::BedrockAgentCore::CodeInterpreterCustom',
    ['StartCodeInterpreterSession', 'InvokeCodeInterpreter'],
  ],
];

const ANY_ADDRESS = 'it reaches any address';

/**
 * Browsers and code interpreters that a role of an agent may use and that reach the internet: those of the app outside of a
 * closed network, and those that AWS provides.
 */
export function toolExits(app: App, { roles }: Agent): string[] {
  const open = exits(app.model);
  return sorted(
    roles.flatMap(({ purpose, permissions }) =>
      permissions
        .filter(({ permission: { outcome } }) => outcome === 'allowed')
        .flatMap((read) =>
          TOOLS.flatMap(([what, type, actions]) => {
            if (!actions.some((action) => allows(read, `bedrock-agentcore:${action}`))) {
              return [];
            }
            const own = app.items(type).filter((tool) => mayBe(app, read, tool.id));
            const reached = own.filter((tool) => open.includes(tool));
            const tools = reached.map((tool) => ({
              which: app.nameOf(tool),
              reach: reachesInternet(app.model, tool) ? ANY_ADDRESS : "its network isn't in the app",
            }));
            const foreign =
              own.length === 0 || read.permission.resource.includes('*') ? [read.permission.resource] : [];
            return [...tools, ...foreign.map((which) => ({ which, reach: ANY_ADDRESS }))].map(
              ({ which, reach }) =>
                `${what} ${which === '*' ? 'of AWS or of the app' : which} used by the ${purpose} role: ${reach}`,
            );
          }),
        ),
    ),
  );
}

/** Hosts outside of the app that receive data which a role of an agent sends to a resource of the app. */
export function dataExits(app: App, { executionRoles }: Agent): string[] {
  return sorted(
    executionRoles.flatMap((role) =>
      hostsFrom(app.model, role.id).map(
        ({ resource, url, first }) =>
          `what the execution role sends to ${nodeName(app, first.to)} goes to ${url} (${app.nameOf(resource)})`,
      ),
    ),
  );
}

function allows({ action, statement }: ReadPermission, wanted: string): boolean {
  return action
    ? overlap([wanted], action, { ignoreCase: true }) !== 'no'
    : !statement.actions.patterns.some(({ value }) => subset([wanted], value, { ignoreCase: true }) === 'yes');
}

function mayBe(app: App, { resource }: ReadPermission, id: string): boolean {
  const tool = app.model.resource(id);
  const arns = tool ? app.model.arn(tool) : [];
  return resource === undefined || arns.length === 0 || arns.some(({ value }) => overlap(value, resource) !== 'no');
}
