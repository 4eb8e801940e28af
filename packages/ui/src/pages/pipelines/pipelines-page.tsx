export function PipelinesPage() {
  return (
    <div className="page">
      <h1>Pipelines</h1>
    </div>
  );
}
