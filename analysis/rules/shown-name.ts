import { identities } from '../model/identities';
import { printed } from '../model/printed-text';
import type { TemplateModel } from '../model/template-model';

/** The name of a resource or an identity in findings. */
export function shownName(model: TemplateModel, id: string): string {
  const resource = model.resource(id);
  const identity = identities(model).byName(id);
  return (
    resource?.logicalId ??
    (identity ? printed(identity.arn) : (model.resource(id.replace(/^agent /, ''))?.logicalId ?? id))
  );
}
