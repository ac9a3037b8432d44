import { createHash } from 'crypto';
import type { SessionDefinitionBinding, SessionDefinitionFile } from '../../contracts/session';
import type { Agent } from './agent';
import { sorted, sortedBy, type Source } from './source';
import type { Definition } from './statement';

/** What sessions of an agent are created from: the published definition, its file checked against its hash. */
export function definitionOf({ runtime }: Agent, source: Source): Definition | undefined {
  for (const parameter of source.items('AWS::SSM::Parameter')) {
    const { Value } = parameter.properties;
    const binding = bindingIn(Value);
    if (!binding || source.target(binding.runtime_arn)?.key !== runtime.key) {
      continue;
    }
    const text = source.file(parameter, `asset.${binding.key}`);
    if (text === undefined || sha256(text) !== binding.sha256) {
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
      sha256: binding.sha256,
      model: agent.model,
      instructionsSha256: sha256(agent.instructions),
      tools: sortedBy(tools, ({ label }) => label),
    };
  }
  return undefined;
}

function bindingIn(value: unknown): SessionDefinitionBinding | undefined {
  if (typeof value !== 'string' || !value.includes('session-binding/1')) {
    return undefined;
  }
  try {
    return JSON.parse(value) as SessionDefinitionBinding;
  } catch {
    return undefined;
  }
}

function sha256(text: string): string {
  return createHash('sha256').update(text, 'utf8').digest('hex');
}
