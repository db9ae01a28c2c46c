// How do Papa Parse and Ajv hold the rules? As a JSON Schema that is compiled before anything is measured.
// The rules are those that `intake check` has for the same columns; what a schema cannot say stands in the worker.

import Ajv from 'ajv';
import standalone from 'ajv/dist/standalone/index.js';

const METHODS =
  'AMAZON_PAY APPLE_PAY BANK_ACCOUNT BILLING CREDIT_CARD GOOGLE_PAY IDEAL PAYPAL POSTFINANCE SOFORT TWINT ZERO'.split(' ');
const MOMENT = '^\\d{4}-\\d\\d-\\d\\dT([01]\\d|2[0-3]):[0-5]\\d:[0-5]\\d(\\.\\d+)?(Z|[+-]([01]\\d|2[0-3]):[0-5]\\d)$';

const text = (maxLength) => ({ type: 'string', maxLength, pattern: '^[^\\u0000-\\u001f\\u007f]*$' });
const integer = (minimum, maximum) => ({ type: 'integer', minimum, maximum });
const moment = { type: 'string', pattern: MOMENT };

const schema = {
  type: 'object',
  required: ['externalSystemId', 'plenigoOfferId', 'invoiceCustomerId', 'quantity', 'startDate', 'paymentMethod'],
  properties: {
    externalSystemId: text(100),
    plenigoOfferId: { type: 'string', minLength: 20, maxLength: 20 },
    invoiceCustomerId: text(50),
    deliveryCustomerId: text(50),
    quantity: integer(1, 10_000),
    discountPercentage: integer(0, 100),
    paymentMethod: { enum: METHODS },
    managedBy: { enum: ['EXTERNAL', 'WBZ'] },
    startDate: moment,
    endDate: moment,
    orderDate: moment,
    referenceStartDate: moment,
    nextBookingDate: moment,
  },
};

/** The compiled check as a script that sets `validate`. */
export function compiled() {
  const ajv = new Ajv({ allErrors: true, unicode: false, logger: false, code: { source: true, optimize: 2 } });
  const code = standalone(ajv, ajv.compile(schema));
  return `const validate = (() => { const module = { exports: {} }; ${code}; return module.exports; })();\n`;
}
