export {
  failure,
  RecordedAws as FakeAws,
  type AwsAnswer,
  type AwsRequest,
  type Behaviour,
} from '../../../local/stand-ins/recorded-aws';
