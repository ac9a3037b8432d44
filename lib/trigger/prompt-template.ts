import { Token, Tokenization } from 'aws-cdk-lib/core';
import type { IConstruct } from 'constructs';
import { credentialKindIn } from '../validation/credential-like';
import { InputError, requireInput } from '../validation/input-error';
import { eventPath } from './event-path';
import {
  FENCED_TYPES,
  PLAIN_TYPES,
  type EventPlaceholder,
  type FencedType,
  type PlainType,
  type PromptSegment,
} from '../contracts/starter';

/** Maximum number of characters of one value and of all values of a prompt, including escapes. */
export const PROMPT_LIMITS = { value: 50_000, values: 100_000, template: 100_000, defaultValue: 1_000 };

/** Replaces a deploy-time value while the template is parsed. */
const BINDING = '\u0000';

/** A parsed template. */
export interface ParsedPrompt {
  readonly segments: PromptSegment[];
  /** Texts known only at deployment, in the order of the segments' `binding` numbers. */
  readonly bindings: string[];
  /** Maximum number of characters of a rendered prompt, without deploy-time values. */
  readonly maxCharacters: number;
}

/**
 * Parses a prompt template: text with placeholders `{{event.<path> | <type>[:<argument>] [| optional]}}`.
 *
 * @throws InputError for an empty template, a placeholder that is malformed, has an unknown type or names no member of
 * an event, values that are too long in total, and credentials.
 */
export function parsePrompt(where: IConstruct | string, template: string): ParsedPrompt {
  const { text, bindings } = withoutTokens(where, template);
  requireInput(text.trim() !== '' && text.length <= PROMPT_LIMITS.template, where, {
    input: 'prompt',
    value: text,
    allowed: `1 to ${PROMPT_LIMITS.template} characters`,
    fix: 'describe what the agent is to do with the event',
  });
  const kind = credentialKindIn(text);
  requireInput(kind === undefined, where, {
    input: 'prompt',
    allowed: `no credentials; this text contains what looks like ${kind}`,
    fix: 'store it in Secrets Manager, grant the agent to read it, and name its ARN',
  });

  let binding = 0;
  const segments = text
    .split(/(\{\{.*?\}\}|\u0000)/s)
    .filter((piece) => piece !== '')
    .map((piece): PromptSegment => {
      if (piece === BINDING) {
        return { binding: binding++ };
      }
      if (piece.startsWith('{{') && piece.endsWith('}}')) {
        return { placeholder: parsePlaceholder(where, 'prompt', piece.slice(2, -2)) };
      }
      requireInput(!piece.includes('{{') && !piece.includes('}}'), where, {
        input: 'prompt',
        value: piece,
        allowed: '{{ and }} around placeholders only, in pairs',
        fix: 'close the placeholder, or write the braces with a space between them',
      });
      const other = /\$?\{\s*event\.[^}]*\}|<event\.[^>]*>/.exec(piece)?.[0];
      requireInput(other === undefined, where, {
        input: 'prompt',
        value: other,
        allowed: 'placeholders in double braces; this one would reach the agent as it is written',
        fix: 'write it as in {{event.detail.title | text:200}}',
      });
      return { text: piece };
    });

  const placeholders = segments.flatMap(({ placeholder }) => (placeholder ? [placeholder] : []));
  const values = placeholders.reduce((sum, { limit = 0 }) => sum + limit, 0);
  requireInput(values <= PROMPT_LIMITS.values, where, {
    input: 'prompt',
    value: `(values of up to ${values} characters together)`,
    allowed: `at most ${PROMPT_LIMITS.values} characters of event text in one prompt`,
    fix: 'lower the limits of the placeholders, for example text:2000',
  });
  // In addition to its value, a placeholder adds its name twice and a few words; the fence has about 350 characters.
  const around = placeholders.reduce((sum, { name }) => sum + 2 * name.length + 100, 500);
  return { segments, bindings, maxCharacters: text.length + values + around };
}

/** One placeholder, without its braces. `input` is the name of the property with the text. */
export function parsePlaceholder(where: IConstruct | string, input: string, piece: string): EventPlaceholder {
  const refuse = (allowed: string, fix: string): never => {
    throw new InputError(where, { input, value: piece, allowed, fix });
  };
  const [path, typed, optional, ...rest] = piece.split('|').map((part) => part.trim());
  if (!path.startsWith('event.') || rest.length > 0 || (optional !== undefined && optional !== 'optional')) {
    return refuse(
      'event.<path> | <type>[:<argument>], and | optional when the event may lack it',
      'write it as in event.detail.title | text:200',
    );
  }
  if (!typed) {
    return refuse(
      'a placeholder with a type',
      `add one of ${[...PLAIN_TYPES, ...FENCED_TYPES].join(', ')}, for example ${path} | text`,
    );
  }
  const [type, ...argument] = typed.split(':').map((part) => part.trim());
  const placeholder = {
    name: path,
    path: eventPath(where, input, path.slice('event.'.length)),
    ...(optional ? { optional: true } : {}),
  };
  if ((FENCED_TYPES as readonly string[]).includes(type)) {
    return { ...placeholder, type: type as FencedType, limit: limitOf(argument, refuse) };
  }
  if (!(PLAIN_TYPES as readonly string[]).includes(type)) {
    return refuse(
      `one of the types ${[...PLAIN_TYPES, ...FENCED_TYPES].join(', ')}`,
      'choose the narrowest type that fits, text if none does',
    );
  }
  const values = argument
    .join(':')
    .split(',')
    .map((value) => value.trim())
    .filter((value) => value !== '');
  if ((type === 'enum') !== values.length > 0) {
    return refuse(
      'enum:A,B with its values, and no argument for other types of this kind',
      'name the values after enum, or remove the argument',
    );
  }
  return { ...placeholder, type: type as PlainType, ...(type === 'enum' ? { values } : {}) };
}

function limitOf(argument: string[], refuse: (allowed: string, fix: string) => never): number {
  if (argument.length === 0) {
    return PROMPT_LIMITS.defaultValue;
  }
  const limit = argument.length === 1 && /^\d{1,6}$/.test(argument[0]) ? Number(argument[0]) : 0;
  return limit >= 1 && limit <= PROMPT_LIMITS.value
    ? limit
    : refuse(`a limit of 1 to ${PROMPT_LIMITS.value} characters`, 'write it as in text:2000');
}

/** The template with one mark for every unresolved value, and the values. */
function withoutTokens(where: IConstruct | string, template: string): { text: string; bindings: string[] } {
  requireInput(!template.includes(BINDING), where, {
    input: 'prompt',
    allowed: 'text without NUL characters',
    fix: 'remove them',
  });
  if (!Token.isUnresolved(template)) {
    return { text: template, bindings: [] };
  }
  const bindings: string[] = [];
  const text = Tokenization.reverseString(template)
    .mapTokens({
      mapToken: (token) => {
        bindings.push(token.toString());
        return BINDING;
      },
    })
    .join({ join: (left: string | undefined, right: string | undefined) => `${left ?? ''}${right ?? ''}` }) as string;
  return { text, bindings };
}
