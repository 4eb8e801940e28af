import java.io.PrintWriter;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.apache.spark.SparkConf;
import org.apache.spark.api.java.JavaSparkContext;

/** Writes down the environment of an executor, one variable a line, and the Java options of the driver. */
public class SparkJob {
  public static void main(String[] args) throws Exception {
    try (JavaSparkContext spark = new JavaSparkContext(new SparkConf().setAppName("job"));
        PrintWriter out = new PrintWriter(args[0])) {
      List<Map<String, String>> found =
          spark.parallelize(List.of(1), 1).map(one -> Map.copyOf(System.getenv())).collect();
      found.get(0).forEach((name, value) -> out.println("env." + name + "=" + value));
      System.getProperties().forEach((name, value) -> out.println("property." + name + "=" + value));
    }
  }
}
