import { literalOf, textOf } from './compose-text';
import { TRUE } from './guard';
import { at, entriesOf, isObject, scalarText } from './json';
import type { Settled } from './settled';
import { type TemplateReader, textsOf } from './template-reader';
import type { OpaqueHole } from './text';

/** The values that the parameters of a stack can have. */
export class Parameters {
  private readonly known = new Map<string, Settled[]>();
  private mapped?: ReadonlyMap<string, readonly string[]>;

  constructor(private readonly reader: TemplateReader) {}

  /**
   * The possible values of `Ref` of a parameter. The guards say which value the deployer gives.
   *
   * @param withoutDefault leaves the default out, so that only the hole remains
   */
  public cases(name: string, withoutDefault: boolean): Settled[] {
    const key = `${withoutDefault ? 'without default' : ''} ${name}`;
    let cases = this.known.get(key);
    if (!cases) {
      cases = this.passed(name) ?? this.given(name, withoutDefault);
      this.known.set(key, cases);
    }
    return cases;
  }

  /** The values that the parent of a nested stack passes. */
  private passed(name: string): Settled[] | undefined {
    const { reader } = this;
    const parent = reader.model.parentOf(reader.stack);
    if (!parent) {
      return undefined;
    }
    const { declaration, list, origin } = this.declared(name);
    const { resource } = parent;
    const passed = at(resource.raw, 'Properties', 'Parameters', name);
    const below = parent.reader.origin('Properties', resource).below('Parameters').below(name);
    return parent.reader.settle(passed, below, TRUE).flatMap((settled): Settled[] => {
      if (settled.value.kind === 'absent') {
        const value = at(declaration, 'Default');
        const text = scalarText(value);
        return [
          text === undefined
            ? reader.unreadable(
                'malformed',
                origin,
                settled.guard,
                `parameter ${name} is not passed by the parent stack`,
              )
            : this.valued(text, list, settled.origin, settled.guard),
        ];
      }
      const [text] = textsOf(settled);
      const literal = text && literalOf(text.value);
      return list && literal !== undefined ? [this.valued(literal, true, settled.origin, settled.guard)] : [settled];
    });
  }

  /** The values that whoever deploys the stack can give. */
  private given(name: string, withoutDefault: boolean): Settled[] {
    const { reader } = this;
    const { declaration, list, origin } = this.declared(name);
    const type = scalarText(at(declaration, 'Type')) ?? 'String';
    const secret = String(at(declaration, 'NoEcho')) === 'true';
    const fromParameterStore = type.startsWith('AWS::SSM::Parameter::Value<');
    const allowedValues = at(declaration, 'AllowedValues');
    const allowed =
      !list && !fromParameterStore && Array.isArray(allowedValues)
        ? allowedValues.flatMap((value) => scalarText(value) ?? [])
        : [];
    const key = `${reader.stack.id}#${name}`;
    const preset = scalarText(at(declaration, 'Default'));
    const isJudged = !secret && !fromParameterStore && !withoutDefault && preset !== undefined && preset.trim() !== '';
    const hint = fromParameterStore
      ? `parameter ${name} is read from Parameter Store at deployment`
      : `parameter ${name} is given at deployment`;
    const hole: OpaqueHole = {
      kind: 'parameter',
      key,
      excludes: '',
      secret: secret || undefined,
      ...(fromParameterStore && preset !== undefined ? { from: textOf(`{{resolve:ssm:${preset}}}`) } : {}),
      unreadable: reader.model.unreadable(`${key}${isJudged ? ' has a default' : ''}`, {
        origin,
        reason: 'parameter without a known value',
        hint,
        ...(isJudged ? { preset } : {}),
      }),
    };
    this.mapped ??= mappedKeys(reader.stack.template);
    const keys = fromParameterStore ? undefined : this.mapped.get(name);
    const possible = allowed.length === 0 ? keys : keys ? allowed.filter((value) => keys.includes(value)) : allowed;
    const variable = reader.model.diagrams.variable(key, name, list ? undefined : possible);
    const unknown = reader.settled(
      list || type.includes('List<') ? { kind: 'unknown list', hole } : { kind: 'text', text: [hole] },
      origin,
      TRUE,
    );
    if (reader.model.naming && preset !== undefined && !fromParameterStore) {
      return [this.valued(preset, list, origin.below('Default'), TRUE)];
    }
    if (secret || fromParameterStore) {
      return [unknown];
    }
    if (allowed.length > 0) {
      return allowed.flatMap((value) => {
        const guard = reader.model.diagrams.is(variable, value);
        return guard.possible() ? [this.valued(value, list, origin, guard)] : [];
      });
    }
    if (preset === undefined || withoutDefault) {
      return [unknown];
    }
    const guard = reader.model.diagrams.is(variable, preset);
    const assumed = `parameter ${name} has its default`;
    return [
      { ...this.valued(preset, list, origin.below('Default'), guard), assumed },
      { ...unknown, guard: guard.not() },
    ].filter((each) => each.guard.possible());
  }

  private declared(name: string) {
    const declaration = this.reader.section('Parameters', name);
    const type = scalarText(at(declaration, 'Type')) ?? 'String';
    const list = type === 'CommaDelimitedList' || type.startsWith('List<');
    return { declaration, list, origin: this.reader.origin(`Parameters.${name}`) };
  }

  private valued(value: string, list: boolean, origin: Settled['origin'], guard: Settled['guard']): Settled {
    return this.reader.settled(
      list
        ? { kind: 'list', items: value.split(',').map((item) => textOf(item.trim())) }
        : { kind: 'text', text: textOf(value) },
      origin,
      guard,
    );
  }
}

/**
 * The values that parameters must have for the template to be deployable: the keys of mappings without a default value
 * that some resource looks up unconditionally.
 */
function mappedKeys(template: unknown): ReadonlyMap<string, readonly string[]> {
  const keys = new Map<string, readonly string[]>();
  if (!isObject(at(template, 'Mappings'))) {
    return keys;
  }
  const pending: unknown[] = entriesOf(at(template, 'Resources')).flatMap(([, resource]) =>
    at(resource, 'Condition') === undefined ? [at(resource, 'Properties')] : [],
  );
  while (pending.length > 0) {
    const value = pending.pop();
    if (Array.isArray(value)) {
      pending.push(...(value as unknown[]));
    }
    for (const [key, inner] of entriesOf(value)) {
      if (key === 'Fn::If') {
        continue;
      }
      if (key === 'Fn::FindInMap' && Array.isArray(inner) && inner.length === 3) {
        const [map, top] = inner as [unknown, unknown];
        const parameter = at(top, 'Ref');
        const entries = typeof map === 'string' ? at(template, 'Mappings', map) : undefined;
        if (typeof parameter === 'string' && isObject(entries)) {
          const own = Object.keys(entries);
          keys.set(parameter, keys.get(parameter)?.filter((each) => own.includes(each)) ?? own);
        }
      }
      pending.push(inner);
    }
  }
  return keys;
}
