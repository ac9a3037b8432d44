import { overlap } from '../policy/pattern';
import type { Stack } from './assembly';
import { literalOf, textKey } from './compose-text';
import type { Guard } from './guard';
import { TRUE } from './guard';
import { at, entriesOf, isObject } from './json';
import type { Origin } from './origin';
import { printed } from './printed-text';
import type { Settled } from './settled';
import type { TemplateReader } from './template-reader';
import type { Text } from './text';

/** An output with `Export`. */
export interface Export {
  readonly reader: TemplateReader;
  readonly output: string;
  readonly guard: Guard;
}

/** `Fn::ImportValue`: the value of the export, where a stack of the assembly has it. */
export function imported(reader: TemplateReader, argument: unknown, origin: Origin, guard: Guard): Settled[] {
  const names = reader.texts(argument, origin.below('Fn::ImportValue'), guard);
  if (names.length === 0) {
    return reader.malformed('Fn::ImportValue', origin, guard);
  }
  return names.flatMap((name) => {
    const { account, region } = reader.stack;
    const candidates = reader.model
      .exports()
      .filter(textKey(name.value))
      .filter(
        ({ reader: { stack } }) =>
          textKey(stack.account) === textKey(account) && textKey(stack.region) === textKey(region),
      );
    const found = nearest(reader.stack, candidates, (each) => each.reader.stack);
    if (found) {
      return reader.within(`import ${textKey(name.value)}`, origin, name.guard, () =>
        found.reader.output(found.output, name.guard),
      );
    }
    const what = printed(name.value);
    return [
      reader.unreadable('outside the assembly', origin, name.guard, `no analyzed stack exports ${what}`, {
        key: `export ${textKey(account)} ${textKey(region)} ${textKey(name.value)}`,
        from: name.value,
        printed: `\${Fn::ImportValue ${what.replace(/[{}*?#$]/g, '_')}}`,
      }),
    ];
  });
}

/** `Fn::GetStackOutput`: an output of another stack, by name or ARN of the stack. */
export function stackOutput(reader: TemplateReader, argument: unknown, origin: Origin, guard: Guard): Settled[] {
  if (!isObject(argument)) {
    return reader.malformed('Fn::GetStackOutput', origin, guard);
  }
  const below = origin.below('Fn::GetStackOutput');
  const text = (key: string) => reader.texts(argument[key], below.below(key), guard)[0]?.value;
  const [stackName, outputName, region] = [text('StackName'), text('OutputName'), text('Region')];
  const output = outputName && literalOf(outputName);
  if (!stackName || output === undefined) {
    return reader.malformed('Fn::GetStackOutput', origin, guard);
  }
  // The stack is given by name, or by ARN when it is in another account.
  const written = literalOf(stackName);
  const name =
    (written && /^arn:[^:]*:cloudformation:[^:]*:[^:]*:stack\/([^/]+)/.exec(written)?.[1]) ?? textKey(stackName);
  const candidates = reader.model.readers.filter(
    ({ stack }) =>
      stack.name !== undefined &&
      textKey(stack.name) === name &&
      at(stack.template, 'Outputs', output) !== undefined &&
      (!region || textKey(stack.region) === textKey(region)),
  );
  const found = nearest(reader.stack, candidates, (each) => each.stack);
  if (found) {
    return reader.within(`output of ${name}.${output}`, origin, guard, () => found.output(output, guard));
  }
  const shown = JSON.stringify(Object.fromEntries(entriesOf(argument).map(([key]) => [key, printed(text(key) ?? [])])));
  return [
    reader.unreadable(
      'outside the assembly',
      origin,
      guard,
      `no analyzed stack ${printed(stackName)} has the output ${output}`,
      {
        key: `output ${name} ${output} ${region ? textKey(region) : ''}`,
        printed: `\${Fn::GetStackOutput ${shown.replace(/[{}*?#$]/g, '_')}}`,
      },
    ),
  ];
}

/** The exports of all stacks by name. */
export class Exports {
  private readonly byName = new Map<string, Export[]>();
  private readonly names: Text[] = [];

  constructor(readers: readonly TemplateReader[]) {
    for (const reader of readers) {
      for (const [output, definition] of entriesOf(reader.section('Outputs'))) {
        const name = at(definition, 'Export', 'Name');
        if (name === undefined) {
          continue;
        }
        for (const { value, guard } of reader.texts(name, reader.origin(`Outputs.${output}.Export.Name`), TRUE)) {
          const key = textKey(value);
          this.names.push(value);
          this.byName.set(key, [...(this.byName.get(key) ?? []), { reader, output, guard }]);
        }
      }
    }
  }

  public filter(name: string): readonly Export[] {
    return this.byName.get(name) ?? [];
  }

  /** Whether an export may have a name, of which the deployment decides a part. */
  public mayHave(name: Text): boolean {
    return this.names.some((each) => overlap(each, name) !== 'no');
  }
}

/** Two Stages may deploy the same stack to environments that are known only at deployment. Then the nearer one is used. */
function nearest<T>(from: Stack, candidates: readonly T[], stackOf: (candidate: T) => Stack): T | undefined {
  return candidates.find((each) => stageOf(stackOf(each).id) === stageOf(from.id)) ?? candidates[0];
}

function stageOf(stackId: string): string {
  return stackId.includes('/') ? stackId.slice(0, stackId.indexOf('/')) : '';
}
