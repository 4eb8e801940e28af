export function TracesPage() {
  return (
    <div className="page">
      <h1>Traces</h1>
    </div>
  );
}
