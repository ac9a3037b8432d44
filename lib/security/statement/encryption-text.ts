import { listOf, objectOf, type Item, type Source } from './source';

/** `customer-managed key X`, or what the template says instead. */
export function keyText(value: unknown, source: Source): string {
  if (value === undefined) {
    return 'no key stated: owned or managed by AWS';
  }
  const key = source.target(value);
  if (key?.type === 'AWS::KMS::Key') {
    const rotates = key.properties.EnableKeyRotation === true || key.properties.EnableKeyRotation === 'true';
    return `customer-managed key ${key.name}${rotates ? '' : ', which does not rotate'}`;
  }
  const text = source.text(value);
  return /^alias\/aws\//.test(text) ? `AWS-managed key ${text}` : `customer-managed key ${text}`;
}

/** Where the types of stores state their key. */
const KEY_PROPERTIES = ['KmsKeyId', 'KMSKeyId', 'KmsKeyArn', 'KmsMasterKeyId', 'KmsKey', 'KmsKeyIdentifier'];

/** How a store of the app is encrypted. */
export function storeEncryption(item: Item, source: Source): string {
  const { properties } = item;
  switch (item.type) {
    case 'AWS::KMS::Key':
      return keyText(`\${${item.key}}`, source);
    case 'AWS::S3::Bucket': {
      const [rule] = listOf(objectOf(properties.BucketEncryption).ServerSideEncryptionConfiguration).map(objectOf);
      return keyText(objectOf(rule?.ServerSideEncryptionByDefault).KMSMasterKeyID, source);
    }
    case 'AWS::DynamoDB::Table':
      return keyText(objectOf(properties.SSESpecification).KMSMasterKeyId, source);
    case 'AWS::Kinesis::Stream':
      return keyText(objectOf(properties.StreamEncryption).KeyId, source);
    case 'AWS::ECR::Repository':
      return keyText(objectOf(properties.EncryptionConfiguration).KmsKey, source);
    case 'AWS::SSM::Parameter':
      return 'plain text: a parameter of type String';
    default:
      return keyText(KEY_PROPERTIES.map((property) => properties[property]).find(Boolean), source);
  }
}
