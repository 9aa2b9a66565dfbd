import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import org.apache.hadoop.fs.RawLocalFileSystem;
import org.apache.hadoop.fs.permission.FsPermission;

/**
 * Local files without checksums and permissions: without Hadoop's native library the usual one starts a process
 * (chmod) for each file that it writes, which is most of what a small micro-batch takes.
 */
public class PlainFileSystem extends RawLocalFileSystem {
  @Override
  public void setPermission(Path path, FsPermission permission) {
  }

  /** From now on every file:// of this process is one of these. */
  public static void install(Configuration configuration) throws java.io.IOException {
    Configuration mine = new Configuration(configuration);
    mine.setClassLoader(PlainFileSystem.class.getClassLoader());
    mine.set("fs.file.impl", "PlainFileSystem");
    FileSystem.closeAll();
    FileSystem.get(java.net.URI.create("file:///"), mine);
  }
}
