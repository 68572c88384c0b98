class Api::HelloController < ActionController::API
  def show
    render json: { message: "Hello from Rails", rails: Rails.version, ruby: RUBY_VERSION, port: ENV["PORT"], user: Process.uid }
  end
end
