import type { TemplateModel } from '../../../../analysis/model/template-model';
import { checkModel, checkStacks } from '../../../../analysis/rules/check';
import { RULES } from '../../../../analysis/rules/index';
import { FAMILIES } from '../../../../analysis/rules/rule';
import { type Change, changed } from './pair';

const families = FAMILIES.filter((family) => family !== 'cost');

/** All findings of the pack for the app with a change. */
export const everything = (change: Change) => checkStacks({ stacks: changed(change), families });

/** The same for a model that something else reads, too. */
export const everythingIn = (model: TemplateModel) =>
  checkModel(model, { rules: RULES.filter(({ family }) => family !== 'cost') });

/** The findings that fail a synthesis. */
export const reported = (change: Change) => everything(change).filter(({ severity }) => severity !== 'warning');

/** The findings as text. */
export const said = (change: Change) =>
  reported(change).map(({ rule, says, location }) => `${rule} ${location.logicalId}: ${says}`);
