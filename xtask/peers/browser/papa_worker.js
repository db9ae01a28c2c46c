// How does a page check orders with Papa Parse and Ajv? In a worker, in pieces, a row at a time, every fault kept.
/* global Papa, validate */

importScripts('/papaparse.js', '/validate.js');

const INTEGER = /^-?[0-9]+$/;
const DATES = ['startDate', 'endDate', 'orderDate', 'referenceStartDate', 'nextBookingDate'];

onmessage = ({ data: { file, now } }) => {
  const present = Date.parse(now);
  const yearAgo = new Date(present);
  yearAgo.setUTCFullYear(yearAgo.getUTCFullYear() - 1);
  /** @type {Map<string, number>} the first row of each key */
  const keys = new Map();
  const bad = new Set();
  const faults = [];
  let rows = 0;
  const fault = (row, field, reason) => {
    bad.add(row);
    faults.push({ row, field, reason });
  };
  // JavaScript takes 31 February for 3 March.
  const isOfCalendar = (text) => {
    const day = Number(text.slice(8, 10));
    return day <= 28 || new Date(Date.UTC(Number(text.slice(0, 4)), Number(text.slice(5, 7)) - 1, day)).getUTCDate() === day;
  };
  const look = (cells) => {
    rows += 1;
    const order = {};
    for (const field in cells) {
      const value = cells[field];
      if (value === '') continue;
      const isNumber = (field === 'quantity' || field === 'discountPercentage') && INTEGER.test(value);
      order[field] = isNumber ? Number(value) : value;
    }
    if (!validate(order)) {
      for (const error of validate.errors) fault(rows, error.instancePath || error.params.missingProperty, error.message);
    }
    const [start, end, , reference, booking] = DATES.map((field) => (order[field] ? Date.parse(order[field]) : undefined));
    if (end < start) fault(rows, 'endDate', 'before startDate');
    if (reference < start) fault(rows, 'referenceStartDate', 'before startDate');
    if (reference < yearAgo) fault(rows, 'referenceStartDate', 'more than a year ago');
    if (booking < present) fault(rows, 'nextBookingDate', 'in the past');
    for (const field of DATES) if (order[field] && !isOfCalendar(order[field])) fault(rows, field, 'no such time');
    const key = order.externalSystemId;
    if (key === undefined) return;
    const first = keys.get(key);
    if (first === undefined) keys.set(key, rows);
    else {
      fault(first, 'externalSystemId', 'not unique');
      fault(rows, 'externalSystemId', 'not unique');
    }
  };
  Papa.parse(file, {
    header: true,
    skipEmptyLines: true,
    chunk: ({ data }) => data.forEach(look),
    complete: () => postMessage({ rows, bad: bad.size, faults: faults.length }),
  });
};

postMessage('ready');
