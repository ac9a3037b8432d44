import type { Resource } from '../model/assembly';
import type { Node } from '../model/node';
import type { App } from './app';

/** `customer-managed key X`, or what the template says instead. */
export function keyText(app: App, nodes: readonly Node[]): string {
  const texts = nodes.flatMap((node) => node.texts());
  if (texts.length === 0) {
    return 'no key stated: owned or managed by AWS';
  }
  const said = texts.map(({ value }) => {
    const key = app.target(value);
    const shown = app.text(value);
    return key?.type === 'AWS::KMS::Key'
      ? customerKey(app, key)
      : `${/^alias\/aws\//.test(shown) ? 'AWS-managed' : 'customer-managed'} key ${shown}`;
  });
  return [...new Set(said)].join(' or ');
}

function customerKey(app: App, key: Resource): string {
  const rotates = app.isTrue(key.properties.at('EnableKeyRotation'));
  return `customer-managed key ${app.nameOf(key)}${rotates ? '' : ', which does not rotate'}`;
}

/** Where the types of stores state their key. */
const KEY_PROPERTIES = ['KmsKeyId', 'KMSKeyId', 'KmsKeyArn', 'KmsMasterKeyId', 'KmsKey', 'KmsKeyIdentifier'];

/** Types that state their key below other properties. */
const KEY_PATHS: Readonly<Record<string, readonly string[]>> = {
  'AWS::DynamoDB::Table': ['SSESpecification', 'KMSMasterKeyId'],
  'AWS::Kinesis::Stream': ['StreamEncryption', 'KeyId'],
  'AWS::ECR::Repository': ['EncryptionConfiguration', 'KmsKey'],
};

/** How a store of the app is encrypted. */
export function storeEncryption(app: App, store: Resource): string {
  const { type, properties } = store;
  if (type === 'AWS::KMS::Key') {
    return customerKey(app, store);
  }
  if (type === 'AWS::SSM::Parameter') {
    return 'plain text: a parameter of type String';
  }
  if (type === 'AWS::S3::Bucket') {
    const rules = properties.at('BucketEncryption', 'ServerSideEncryptionConfiguration');
    return keyText(
      app,
      rules
        .flatMap((list) => list.items())
        .flatMap((rule) => rule.at('ServerSideEncryptionByDefault', 'KMSMasterKeyID')),
    );
  }
  const path = Object.hasOwn(KEY_PATHS, type) ? KEY_PATHS[type] : undefined;
  return keyText(app, path ? properties.at(...path) : KEY_PROPERTIES.flatMap((property) => properties.at(property)));
}
