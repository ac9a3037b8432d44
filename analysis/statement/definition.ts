import { createHash } from 'crypto';
import type { SessionDefinitionFile } from '../../lib/contracts/session';
import { SESSION_BINDING } from '../../lib/contracts/session-binding';
import type { Agent } from './agent';
import { type App, sorted, sortedBy } from './app';
import { assetFile } from './asset-file';
import type { Definition } from './statement';

/** The session definition of an agent: the published definition, its file checked against its hash. */
export function definitionOf(app: App, { runtime }: Agent): Definition | undefined {
  for (const parameter of app.items('AWS::SSM::Parameter')) {
    const values = parameter.properties.at('Value');
    const members = (key: string) => values.flatMap((value) => value.at(key));
    if (
      !app.said(values).includes(SESSION_BINDING) ||
      !app.targets(members('runtime_arn')).some(({ id }) => id === runtime.id)
    ) {
      continue;
    }
    const hash = app.said(members('sha256'));
    const text = assetFile(parameter, `asset.${app.said(members('key'))}`);
    if (text === undefined || sha256(text) !== hash) {
      return undefined;
    }
    const { agent } = JSON.parse(text) as SessionDefinitionFile;
    const tools = agent.tools.map(({ server_label, transport, allowed_tools }) => ({
      label: server_label,
      command:
        transport.type === 'http' ? transport.server_url : [transport.command, ...(transport.args ?? [])].join(' '),
      ...(allowed_tools ? { allowed: sorted(allowed_tools) } : {}),
    }));
    return {
      sha256: hash,
      model: agent.model,
      instructionsSha256: sha256(agent.instructions),
      tools: sortedBy(tools, ({ label }) => label),
    };
  }
  return undefined;
}

function sha256(text: string): string {
  return createHash('sha256').update(text, 'utf8').digest('hex');
}
