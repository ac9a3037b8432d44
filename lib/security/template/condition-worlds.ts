import type { TemplateSource } from './template-source';

/** An assumption about the conditions that only the deployment decides. */
export type World = (source: TemplateSource, condition: string) => boolean;

/** Above this many undecided conditions not every combination is tried, but each condition is tried both ways. */
const ALL_COMBINATIONS_UP_TO = 4;

/**
 * The worlds in which templates should be judged: a policy that is safe only while a condition holds is not safe.
 * Conditions that switch no resource of interest (the CDK's own metadata resource) are not counted.
 */
export function conditionWorlds(sources: readonly TemplateSource[]): World[] {
  const used = sources.flatMap((source) =>
    source.template.Conditions ? usedConditions(source).map((name) => `${source.id}#${name}`) : [],
  );
  if (used.length === 0) {
    return [() => true];
  }
  const sets: Set<string>[] =
    used.length <= ALL_COMBINATIONS_UP_TO
      ? Array.from({ length: 2 ** used.length }, (_, bits) => new Set(used.filter((_name, bit) => (bits >> bit) & 1)))
      : [
          new Set(used),
          new Set(),
          ...used.map((name) => new Set([name])),
          ...used.map((name) => new Set(used.filter((other) => other !== name))),
        ];
  return sets.map((holding) => (source, condition) => holding.has(`${source.id}#${condition}`));
}

/** The conditions that resources or values of a template depend on. */
function usedConditions({ template }: TemplateSource): string[] {
  const names = new Set<string>();
  const visit = (value: unknown): void => {
    if (value === null || typeof value !== 'object') {
      return;
    }
    for (const [key, inner] of Object.entries(value)) {
      if (key === 'Fn::If' && Array.isArray(inner)) {
        names.add(String(inner[0]));
      }
      visit(inner);
    }
  };
  for (const resource of Object.values(template.Resources ?? {})) {
    if (resource.Type === 'AWS::CDK::Metadata') {
      continue;
    }
    if (resource.Condition !== undefined) {
      names.add(resource.Condition);
    }
    visit(resource.Properties);
  }
  return [...names];
}
