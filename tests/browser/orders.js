// What do partners' files look like?

export const HEADER = 'externalSystemId,plenigoOfferId,invoiceCustomerId,quantity,startDate,paymentMethod,endDate';

/**
 * A row that is right; `wrong` puts other values into it by column.
 *
 * @param {number} number
 * @param {Partial<Record<'quantity' | 'startDate' | 'paymentMethod' | 'endDate', string>>} [wrong]
 */
export function row(number, wrong = {}) {
  const { quantity = '1', startDate = '2026-01-01T00:00:00+01:00', paymentMethod = 'BANK_ACCOUNT', endDate = '' } = wrong;
  return `ABO-${number},O_MZA1E7173120881551,100003,${quantity},${startDate},${paymentMethod},${endDate}`;
}

/** @param {string[]} rows */
export function file(rows) {
  return `${[HEADER, ...rows].join('\n')}\n`;
}

/** A file without fault. @param {number} rows */
export function good(rows) {
  return file(Array.from({ length: rows }, (_, index) => row(index + 1)));
}

/** Ten rows, three of them wrong: quantities in rows 4 and 8 of the spreadsheet, a date in row 6. */
export function bad() {
  const rows = Array.from({ length: 10 }, (_, index) => row(index + 1));
  rows[2] = row(3, { quantity: '0' });
  rows[4] = row(5, { startDate: 'tomorrow' });
  rows[6] = row(7, { quantity: 'two' });
  return file(rows);
}
