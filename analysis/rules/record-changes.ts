import { levelOf } from '../facts/actions';
import { agents } from '../model/agents';
import type { Resource } from '../model/assembly';
import { concat } from '../model/compose-text';
import { governanceOf } from '../model/governance';
import type { Identity } from '../model/identities';
import { judgingGuardrails } from '../model/judging-guardrails';
import type { TemplateModel } from '../model/template-model';
import { scopeOf } from '../policy/named-resource';
import { overlap } from '../policy/pattern';
import type { Statement } from '../policy/statement';
import { isDenied, isOfLibrary, namedUses } from './permissions';

/** Reasons of governance that make a resource a record of what an agent does, or protect the record. */
const OF_RECORDS: ReadonlySet<string> = new Set(['trail', 'record', 'store', 'log', 'key']);

/** The resources that keep records of the agents of an assembly, and the guardrails that judge their text. */
function records(model: TemplateModel): ReadonlySet<Resource> {
  const governing = agents(model).flatMap((agent) => [...governanceOf(model, agent)]);
  const kept = governing.flatMap(([id, reason]) => (OF_RECORDS.has(reason) ? (model.resource(id) ?? []) : []));
  return new Set([...kept, ...judgingGuardrails(model)]);
}

/** Actions that change how a record is kept, without reading or writing its content. */
export function changesOfRecords(model: TemplateModel, identity: Identity, statement: Statement): string[] {
  const uses = namedUses(statement).filter(
    (use) =>
      use.class === 'control' &&
      ['write', 'permissions'].includes(levelOf(use.action) ?? 'write') &&
      !isOfLibrary(use.action, statement) &&
      !isDenied(identity, use.action),
  );
  return uses.filter(({ resources }) => namesARecord(model, resources)).map(({ action }) => action);
}

function namesARecord(model: TemplateModel, { except, patterns }: Statement['resources']): boolean {
  const kept = model.view(records);
  return (
    !except &&
    patterns.some(
      ({ value }) =>
        scopeOf(value) === 'one' &&
        (model.mentioned(value).some((each) => kept.has(each)) ||
          // A log group may only be known by its name, which can contain the id of a Runtime.
          [...kept].some((each) =>
            model
              .arn(each)
              .some((arn) => [arn.value, concat(arn.value, [':*'])].some((whole) => overlap(value, whole) !== 'no')),
          )),
    )
  );
}
