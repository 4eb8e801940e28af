export function TracePage() {
  return (
    <div className="page">
      <h1>Trace</h1>
    </div>
  );
}
