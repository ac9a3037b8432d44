import type { Resource } from './assembly';
import type { TemplateModel } from './template-model';
import { guardrailsOf } from './turn-starters';
import { valuesAt } from './values-at';

/** The guardrails that judge the text of agents, and their versions, which the workflows name. */
export function judgingGuardrails(model: TemplateModel): readonly Resource[] {
  const judging = guardrailsOf(model);
  const versions = model.ofType('AWS::Bedrock::GuardrailVersion').filter(({ properties }) =>
    valuesAt(properties, 'GuardrailIdentifier')
      .flatMap((node) => node.texts())
      .some(({ value }) => model.mentioned(value).some((each) => judging.has(each))),
  );
  return [...judging.keys(), ...versions];
}
