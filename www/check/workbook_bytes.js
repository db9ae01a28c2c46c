// Where does the part come from that reads workbooks?
// From its own file, and only when a file is one. In the single-file form the build puts it in here: nothing can be loaded
// beside a page from disk.

/** @returns {Promise<ArrayBuffer>} */
export async function workbookBytes() {
  const { wasmBytes } = await import('../pkg/intake_workbook_bytes.js');
  return wasmBytes;
}
