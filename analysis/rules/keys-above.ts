import { keyTest } from '../model/key-test';

/** Objects whose keys, or whose `Name` and `Value`, are variables that a program sees. */
const isVariableKey = keyTest(
  /^(?:\w*Environment(?:Variables)?(?:Override)?|Variables|env|StageVariables|\w*Arguments|HyperParameters)$/i,
);

/** Texts and objects that are handed to a program, whose keys say what their values are. */
export const isDataKey = keyTest(
  /^(?:Input|InputTemplate|Definition|DefinitionString|ConstantInput|HttpParameters|InvocationHttpParameters|Parameters|RequestParameters|Headers|ProviderDetails|SecretStringTemplate)$/,
);

/** Texts that programs run or that everybody reads, so that CloudFormation must not put a secret into them. */
export const isInClear = keyTest(
  /^(?:ZipFile|InlineCode|DefinitionString|Definition|DefinitionSubstitutions|Input|InputTemplate|UserData|BuildSpec|Command|Value)$/,
);

const isHttpParameters = keyTest(/HttpParameters$/);

/** What a key and the keys above it say of the values below. */
export interface Keys {
  readonly key: string;
  readonly above?: Keys;
  readonly areVariables: boolean;
  readonly areData: boolean;
  readonly areInClear: boolean;
  readonly areHttpParameters: boolean;
}

export const TOP: Keys = { key: '', areVariables: false, areData: false, areInClear: false, areHttpParameters: false };

export function below(above: Keys, key: string): Keys {
  return {
    key,
    above,
    areVariables: above.areVariables || isVariableKey(key),
    areData: above.areData || isDataKey(key),
    areInClear: above.areInClear || isInClear(key),
    areHttpParameters: above.areHttpParameters || isHttpParameters(key),
  };
}
