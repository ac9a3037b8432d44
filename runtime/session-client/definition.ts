/** Creates the session definition for `create` from the published parts (binding and file). */
import { createHash } from 'node:crypto';
import type { SessionDefinition, SessionDefinitionBinding } from '../../lib/contracts/session';
import {
  bindingProblem,
  environmentFields,
  filled,
  SESSION_BINDING_FORMAT,
  SESSION_DEFINITION_FORMAT,
  withTexts,
} from '../../lib/contracts/session-binding';
import { RequestInputError, SessionDefinitionError } from './errors';
import { isRecord } from './paging';
import { checkCreateRequest } from './request-checks';

/** Parses and checks the binding. @throws SessionDefinitionError */
export function parseBinding(json: string): SessionDefinitionBinding {
  const binding = parse('binding', json, SESSION_BINDING_FORMAT);
  const problem = bindingProblem(binding);
  if (problem !== undefined) throw wrong(problem);
  return binding as unknown as SessionDefinitionBinding;
}

/**
 * Verifies the file against the binding, fills the placeholders and checks the result as `create` would.
 *
 * @param bytes the published file
 * @throws SessionDefinitionError
 */
export function resolveSessionDefinition(binding: SessionDefinitionBinding, bytes: Uint8Array): SessionDefinition {
  const actual = createHash('sha256').update(bytes).digest('hex');
  if (actual !== binding.sha256) {
    throw wrong(`the file has SHA-256 ${actual}, the binding says ${binding.sha256}: redeploy the agent`);
  }
  const file = parse('file', decode(bytes), SESSION_DEFINITION_FORMAT);
  const { values, role_arn } = binding;
  const fill = (name: 'agent' | 'environment') =>
    withTexts(file[name], name, (text, at) =>
      filled(text, values, (index) => {
        throw wrong(`file.${at} asks for binding ${index}, but the binding has ${values.length} values`);
      }),
    );
  const definition = {
    agent: fill('agent'),
    environment: {
      ...(fill('environment') as object),
      ...environmentFields(binding),
    },
    role_arn,
  } as unknown as SessionDefinition;
  try {
    checkCreateRequest(definition);
  } catch (error) {
    if (error instanceof RequestInputError) throw wrong(error.message);
    throw error;
  }
  return definition;
}

function parse(part: string, json: string, format: string): Record<string, unknown> {
  let value: unknown;
  try {
    value = JSON.parse(json);
  } catch {
    // The parser's error quotes the text, which holds the instructions.
    throw wrong(`the ${part} is not JSON`);
  }
  if (!isRecord(value)) throw wrong(`the ${part} is not a JSON object`);
  if (value['format'] !== format) throw wrong(`the ${part} is not in the format ${format}`);
  return value;
}

function decode(bytes: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    throw wrong('the file is not UTF-8 text');
  }
}

function wrong(problem: string): SessionDefinitionError {
  return new SessionDefinitionError(`The session definition cannot be used: ${problem}`);
}
