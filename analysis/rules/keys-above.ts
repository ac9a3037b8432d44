import { keyTest } from '../model/key-test';

/** Objects with variables of a program, as keys or as `Name` and `Value`. */
const isVariableKey = keyTest(
  /^(?:\w*Environment(?:Variables)?(?:Override)?|Variables|env|StageVariables|\w*Arguments|HyperParameters)$/i,
);

/** Input of programs, with keys that say what the values are. */
export const isDataKey = keyTest(
  /^(?:Input|InputTemplate|Definition|DefinitionString|ConstantInput|HttpParameters|InvocationHttpParameters|Parameters|RequestParameters|Headers|ProviderDetails|SecretStringTemplate)$/,
);

/** Texts that programs run or that everybody may read, so CloudFormation must not insert a secret. */
export const isInClear = keyTest(
  /^(?:ZipFile|InlineCode|DefinitionString|Definition|DefinitionSubstitutions|Input|InputTemplate|UserData|BuildSpec|Command|Value)$/,
);

const isHttpParameters = keyTest(/HttpParameters$/);

/** What a key and the keys above it say about the values below. */
export interface Keys {
  readonly key: string;
  readonly areVariables: boolean;
  readonly areData: boolean;
  readonly areInClear: boolean;
  readonly areHttpParameters: boolean;
}

export const TOP: Keys = { key: '', areVariables: false, areData: false, areInClear: false, areHttpParameters: false };

export function below(above: Keys, key: string): Keys {
  return {
    key,
    areVariables: above.areVariables || isVariableKey(key),
    areData: above.areData || isDataKey(key),
    areInClear: above.areInClear || isInClear(key),
    areHttpParameters: above.areHttpParameters || isHttpParameters(key),
  };
}
