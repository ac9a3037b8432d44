/** Everything that `bma doctor` does. Loaded when it runs or explains itself: other commands need none of these clients of AWS. */
export { ownRegion } from '../verify/clients';
export { doctorText } from './doctor-text';
export { DOCTOR_PERMISSIONS, examine } from './examine';
